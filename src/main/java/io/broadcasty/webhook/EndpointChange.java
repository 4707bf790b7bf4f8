package io.broadcasty.webhook;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is to change of an endpoint; null for what stays. */
public record EndpointChange(
    @Nullable String url,
    @Nullable String description,
    @Nullable Set<WebhookEventType> events,
    @Nullable String channels,
    @Nullable Integer ratePerSecond,
    WebhookEndpoint.@Nullable State state) {

  /** Returns changed options. */
  EndpointOptions of(EndpointOptions before) {
    return new EndpointOptions(
        url == null ? before.url() : url,
        description == null ? before.description() : description,
        before.format(),
        before.app(),
        events == null ? before.events() : events,
        channels == null ? before.channels() : channels,
        ratePerSecond == null ? before.ratePerSecond() : ratePerSecond);
  }

  /** Returns whether nothing changes but perhaps the state. */
  boolean isOfStateOnly() {
    return url == null
        && description == null
        && events == null
        && channels == null
        && ratePerSecond == null;
  }

  /** Omits the URL. */
  @Override
  public String toString() {
    return "EndpointChange";
  }
}
