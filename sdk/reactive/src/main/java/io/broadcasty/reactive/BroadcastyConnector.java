package io.broadcasty.reactive;

import io.broadcasty.cdi.PublishOptions;
import io.broadcasty.cdi.Publisher;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;
import org.eclipse.microprofile.reactive.messaging.spi.ConnectorFactory;
import org.eclipse.microprofile.reactive.messaging.spi.OutgoingConnectorFactory;
import org.eclipse.microprofile.reactive.streams.operators.ReactiveStreams;
import org.eclipse.microprofile.reactive.streams.operators.SubscriberBuilder;

/**
 * Publishes what an application sends to an outgoing channel of MicroProfile Reactive Messaging:
 *
 * <pre>
 * mp.messaging.outgoing.paid.connector=broadcasty
 * mp.messaging.outgoing.paid.channel=orders.eu
 * </pre>
 *
 * <p>A message is acknowledged when Broadcasty has accepted the publication, and otherwise
 * negatively with the {@code PublishException}. Messages are published in their order.
 */
@ApplicationScoped
@Connector(BroadcastyConnector.NAME)
public class BroadcastyConnector implements OutgoingConnectorFactory {

  /** The value of {@code mp.messaging.outgoing.….connector}. */
  public static final String NAME = "broadcasty";

  /** The attribute that names Broadcasty's channel; by default that of the application. */
  static final String CHANNEL = "channel";

  /** The attribute that names the type of the events; by default there is none. */
  static final String EVENT = "event";

  /** The attribute that says how many publications may be on their way at a time. */
  static final String IN_FLIGHT = "max-in-flight";

  @Inject private Publisher<Object> publisher;

  /** Called by the container. */
  protected BroadcastyConnector() {}

  /**
   * Returns what publishes the messages of a channel.
   *
   * @throws IllegalArgumentException if an attribute is wrong; says which
   */
  @Override
  public SubscriberBuilder<? extends Message<?>, Void> getSubscriberBuilder(Config config) {
    String name = config.getValue(ConnectorFactory.CHANNEL_NAME_ATTRIBUTE, String.class);
    String channel = config.getOptionalValue(CHANNEL, String.class).orElse(name);
    int inFlight = config.getOptionalValue(IN_FLIGHT, Integer.class).orElse(1);
    if (inFlight < 1) {
      throw new IllegalArgumentException(
          "mp.messaging.outgoing." + name + "." + IN_FLIGHT + " must be at least 1");
    }
    PublishOptions options =
        config
            .getOptionalValue(EVENT, String.class)
            .map(PublishOptions.NONE::withEvent)
            .orElse(PublishOptions.NONE);
    return ReactiveStreams.fromSubscriber(
        new PublishingSubscriber(
            payload -> publisher.publish(channel, payload, options), inFlight));
  }
}
