package io.broadcasty.push.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The answer of a push service. Reasons quote the service's own words, never the address. */
public sealed interface ProviderResponse {

  /**
   * The service has accepted the notification.
   *
   * @param serviceId the service's id for it; null when it gives none
   */
  record Accepted(@Nullable String serviceId) implements ProviderResponse {}

  /**
   * The device is no longer registered: its subscription is to be removed. Only for an answer that
   * no wrong setting can cause.
   *
   * @param sinceMillis a subscription that was confirmed after this time (epoch milliseconds) is
   *     kept; {@link Long#MAX_VALUE} when the service names no time
   */
  record Unregistered(String reason, long sinceMillis) implements ProviderResponse {}

  /**
   * The attempt failed temporarily; trying again is right.
   *
   * @param after the delay that the service asks for; null when it does not say
   * @param cause the exception, for the log of the node; null when the service has answered, or
   *     when the reason says all there is
   */
  record Retry(String reason, @Nullable Duration after, @Nullable Throwable cause)
      implements ProviderResponse {

    /** Creates a result without a cause. */
    public Retry(String reason, @Nullable Duration after) {
      this(reason, after, null);
    }
  }

  /** The service will never accept this notification, for this device or for any. */
  record Rejected(String reason) implements ProviderResponse {}

  /**
   * The service refuses this device: it may have been registered with another application or
   * project than the settings name, or the device alone is at fault. One answer does not tell
   * which, so the subscription is kept and the notification is tried again. When many devices in a
   * row are refused, the setting is in doubt.
   *
   * @param setting the key to look at, as {@code broadcasty.push.…}
   */
  record Mismatched(String reason, String setting) implements ProviderResponse {}

  /**
   * Nothing can be sent until an operator corrects the configuration; the subscription is kept.
   *
   * @param setting the key to correct, as {@code broadcasty.push.…}
   */
  record Misconfigured(String reason, String setting) implements ProviderResponse {}
}
