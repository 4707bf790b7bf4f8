package io.broadcasty.server;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.ratelimit.Unlimited;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.messaging.MessageProvider;
import io.broadcasty.messaging.MessagePublisher;
import io.broadcasty.messaging.MessageQueue;
import io.broadcasty.messaging.MessagingException;
import io.broadcasty.messaging.QueueReader;
import io.broadcasty.messaging.jms.JmsConnectors;
import io.broadcasty.metrics.Meters;
import io.broadcasty.observability.meters.MessagingMeters;
import io.broadcasty.relay.RelayStatusSource;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.server.stores.Store;
import io.broadcasty.streams.publish.PublishService;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Connectors of a node to the server's messaging. */
final class MessagingRuntime implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(MessagingRuntime.class.getName());

  private final List<QueueReader> readers = new ArrayList<>();

  /**
   * Starts the connectors that receive.
   *
   * @param outgoing the status of those that send, which the store has started
   */
  MessagingRuntime(
      List<ConnectorSettings> connectors,
      Store store,
      Policy policy,
      SessionContext node,
      Meters meters,
      BackgroundLoops loops,
      Map<String, RelayStatusSource> outgoing) {
    outgoing.forEach((id, relay) -> meters.addAll(MessagingMeters.of(id, relay)));
    for (ConnectorSettings connector : connectors) {
      if (connector.flow() instanceof ConnectorSettings.In in) {
        PublishService publish =
            new PublishService(
                policy, new Unlimited(), store.broker(), node.ticker(), node.listener());
        QueueReader reader =
            new QueueReader(
                connector.id(),
                opener(connector, in),
                new MessagePublisher(publish, node.tenants(), node.clock(), connector, in),
                () -> node.sessions().suspension() != null,
                loops);
        readers.add(reader);
        meters.addAll(MessagingMeters.of(connector.id(), reader.counts()));
      }
    }
  }

  /** Returns what opens a queue; the classes of Jakarta Messaging are loaded when it is called. */
  private static MessageQueue.Opener opener(ConnectorSettings connector, ConnectorSettings.In in) {
    return () -> {
      try {
        return JmsConnectors.ofServer().opener(connector, in).open();
      } catch (NoClassDefFoundError e) {
        throw noMessaging(connector, e);
      }
    };
  }

  /** Returns what sends publications to the queue or topic of a connector. */
  static Provider provider(ConnectorSettings connector) {
    return new MessageProvider(
        connector.id(),
        () -> {
          try {
            return JmsConnectors.ofServer().sinkOpener(connector).open();
          } catch (NoClassDefFoundError e) {
            throw noMessaging(connector, e);
          }
        });
  }

  private static MessagingException noMessaging(
      ConnectorSettings connector, NoClassDefFoundError reason) {
    LOG.log(Level.DEBUG, "A class of Jakarta Messaging is missing", reason);
    return new MessagingException(
        "this server gives applications no Jakarta Messaging; use one that does (WildFly's full"
            + " profile, Open Liberty with its messaging features), or remove "
            + connector.keyPrefix()
            + "*",
        reason);
  }

  @Override
  public void close() {
    readers.forEach(QueueReader::close);
  }
}
