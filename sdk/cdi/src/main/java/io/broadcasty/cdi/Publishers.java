package io.broadcasty.cdi;

import io.broadcasty.client.PublishResult;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.inject.Inject;
import java.util.concurrent.CompletionStage;

/** Makes the publishers that applications inject. */
@ApplicationScoped
public class Publishers {

  @Inject private Publishing publishing;

  /** Called by the container. */
  protected Publishers() {}

  /** Makes a publisher without a channel. */
  @Produces
  <T> Publisher<T> ofAnyChannel() {
    return new OfApplication<>(publishing, null);
  }

  /** Makes a publisher for the channel of the injection point. */
  @Produces
  @Channel("")
  <T> Publisher<T> ofChannel(InjectionPoint point) {
    return new OfApplication<>(
        publishing,
        point.getQualifiers().stream()
            .filter(Channel.class::isInstance)
            .map(qualifier -> ((Channel) qualifier).value())
            .findFirst()
            .orElse(null));
  }

  /**
   * A publisher of this application.
   *
   * @param channel null for none
   */
  private record OfApplication<T>(Publishing publishing, String channel) implements Publisher<T> {

    @Override
    public CompletionStage<PublishResult> publish(T payload) {
      if (channel == null) {
        throw new PublishException(
            PublishException.NO_CHANNEL,
            "this publisher has no channel; inject it with @Channel(\"…\"), or name the channel as"
                + " the first argument");
      }
      return publish(channel, payload);
    }

    @Override
    public CompletionStage<PublishResult> publish(String to, T payload) {
      return publish(to, payload, PublishOptions.NONE);
    }

    @Override
    public CompletionStage<PublishResult> publish(String to, T payload, PublishOptions options) {
      return publishing.publish(to, payload, options);
    }
  }
}
