package io.broadcasty.push;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a push service has answered. Reasons name the service's own words, never the address. */
public sealed interface PushOutcome {

  /**
   * The service has taken it.
   *
   * @param serviceId the service's name for it; null when it gives none
   */
  record Accepted(@Nullable String serviceId) implements PushOutcome {}

  /**
   * The device is not registered any more: its subscription is to be removed.
   *
   * @param sinceMillis a subscription that was confirmed after this moment (epoch milliseconds) is
   *     kept; {@link Long#MAX_VALUE} when the service names no moment
   */
  record Unregistered(String reason, long sinceMillis) implements PushOutcome {}

  /**
   * Not now; trying again is right.
   *
   * @param after what the service asks for; null when it leaves that to us
   * @param cause what went wrong on the way, for the log of the node; null when the service has
   *     answered, or the reason says all there is
   */
  record Retry(String reason, @Nullable Duration after, @Nullable Throwable cause)
      implements PushOutcome {

    /** Without a cause. */
    public Retry(String reason, @Nullable Duration after) {
      this(reason, after, null);
    }
  }

  /** The service will never take this notification, for this device or for any. */
  record Rejected(String reason) implements PushOutcome {}

  /**
   * Nothing can be sent until an operator mends the settings; the subscription is kept.
   *
   * @param setting which one, as {@code broadcasty.push.…}
   */
  record Misconfigured(String reason, String setting) implements PushOutcome {}
}
