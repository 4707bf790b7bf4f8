package io.broadcasty.cdi;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.enterprise.inject.spi.EventMetadata;
import jakarta.inject.Inject;

/** Publishes CDI events whose qualifier names a channel. */
@ApplicationScoped
public class ChannelEvents {

  @Inject private Publishing publishing;

  /** Called by the container. */
  protected ChannelEvents() {}

  void publish(
      @Observes(during = TransactionPhase.AFTER_SUCCESS) @Channel("") Object payload,
      EventMetadata event) {
    event.getQualifiers().stream()
        .filter(Channel.class::isInstance)
        .forEach(
            qualifier ->
                publishing.publish(((Channel) qualifier).value(), payload, PublishOptions.NONE));
  }
}
