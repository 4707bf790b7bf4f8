package io.broadcasty.webhook;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator chooses for an endpoint.
 *
 * @param url where messages go; a secret, as many receivers trust whoever knows it
 * @param app the id of the app that signs; empty for none
 * @param events what it is told of; empty for everything
 * @param channels a channel or pattern whose events it is told of; empty for all
 * @param ratePerSecond the most messages in a second; 0 for any number
 */
public record EndpointOptions(
    String url,
    String description,
    WebhookFormat format,
    String app,
    Set<WebhookEventType> events,
    String channels,
    int ratePerSecond) {

  public EndpointOptions {
    EnumSet<WebhookEventType> sorted = EnumSet.noneOf(WebhookEventType.class);
    sorted.addAll(events);
    events = Collections.unmodifiableSet(sorted);
  }

  /** Returns whether the endpoint is told of an event. */
  public boolean wants(WebhookEvent event) {
    return event.isKnownTo(format)
        && (events.isEmpty() || events.contains(event.type()))
        && (channels.isEmpty() || isOfChannels(event.channel()));
  }

  private boolean isOfChannels(@Nullable ChannelName channel) {
    if (channel == null) {
      return false;
    }
    return ChannelPattern.isPattern(channels)
        ? ChannelPattern.parse(channels).matches(channel)
        : channel.value().equals(channels);
  }

  /** Omits the URL. */
  @Override
  public String toString() {
    return format.wireName() + " " + events;
  }
}
