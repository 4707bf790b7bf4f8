package io.broadcasty.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What endpoints are told of. */
public enum WebhookEventType {
  /** A channel has its first subscriber in the cluster. */
  CHANNEL_OCCUPIED("channel.occupied", "channel_occupied"),
  /** The last subscriber in the cluster has left a channel, and none came back at once. */
  CHANNEL_VACATED("channel.vacated", "channel_vacated"),
  /** A user that was absent is present on a presence channel. */
  MEMBER_ADDED("member.added", "member_added"),
  /** A user is not present on a presence channel any more, and did not come back at once. */
  MEMBER_REMOVED("member.removed", "member_removed"),
  /** A client of the Pusher protocol has sent an event to the others of its channel. */
  CLIENT_EVENT("client.event", "client_event"),
  /** A client has subscribed to a cache channel that has no last event. */
  CACHE_MISS("cache.miss", "cache_miss"),
  /** The number of a channel's subscribers has changed. */
  SUBSCRIPTION_COUNT("subscription.count", "subscription_count"),
  /** Another endpoint of the tenant is sent nothing more, since it has failed for days. */
  ENDPOINT_DISABLED("endpoint.disabled", null),
  /** An administrator tries an endpoint. */
  TEST("webhook.test", null);

  /** How long occupancy waits for subscribers to come back before it reports; the rest is ours. */
  private static final Duration AFTER_OCCUPANCY = Duration.ofSeconds(1);

  private static final Duration QUICK_RETURN = Duration.ofSeconds(3);

  private final String wireName;
  private final @Nullable String pusherName;

  WebhookEventType(String wireName, @Nullable String pusherName) {
    this.wireName = wireName;
    this.pusherName = pusherName;
  }

  /** Returns the name in messages and in the settings of endpoints. */
  public String wireName() {
    return wireName;
  }

  /** Returns the name in Pusher's form; null when that knows no such event. */
  public @Nullable String pusherName() {
    return pusherName;
  }

  /** Returns the type with a name; null when there is none. */
  public static @Nullable WebhookEventType fromWireName(String name) {
    for (WebhookEventType each : values()) {
      if (each.wireName.equals(name)) {
        return each;
      }
    }
    return null;
  }

  /** Returns how long a message waits for the opposite event, which cancels it. */
  public Duration delay() {
    return switch (this) {
      case CHANNEL_VACATED -> AFTER_OCCUPANCY;
      case MEMBER_REMOVED -> QUICK_RETURN;
      default -> Duration.ZERO;
    };
  }

  /**
   * Returns the type that an event of this one cancels if it still waits; neither is sent then.
   * Null for none.
   */
  public @Nullable WebhookEventType cancels() {
    return switch (this) {
      case CHANNEL_OCCUPIED -> CHANNEL_VACATED;
      case MEMBER_ADDED -> MEMBER_REMOVED;
      default -> null;
    };
  }
}
