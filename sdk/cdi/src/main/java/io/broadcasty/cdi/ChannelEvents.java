package io.broadcasty.cdi;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.EventMetadata;
import jakarta.inject.Inject;

/**
 * Publishes CDI events whose qualifier names a channel. It observes them when they are fired, and
 * has them wait for the commit as all publications: servers call observers of the phase {@code
 * AFTER_SUCCESS} in any order, WildFly in the reverse one.
 */
@ApplicationScoped
public class ChannelEvents {

  @Inject private Publishing publishing;

  /** Called by the container. */
  protected ChannelEvents() {}

  void publish(@Observes @Channel("") Object payload, EventMetadata event) {
    event.getQualifiers().stream()
        .filter(Channel.class::isInstance)
        .forEach(
            qualifier ->
                publishing.publish(((Channel) qualifier).value(), payload, PublishOptions.NONE));
  }
}
