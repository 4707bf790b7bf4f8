package io.broadcasty.push;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.push.device.PushService;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.queue.SendStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The result of a use case of push. */
public sealed interface PushResult {

  /**
   * The device is registered and will get notifications.
   *
   * @param dropped topics that it followed before and that the caller may not follow any more
   */
  record Registered(PushSubscription subscription, List<ChannelName> dropped)
      implements PushResult {}

  /** The user's devices. */
  record Devices(List<PushSubscription> subscriptions) implements PushResult {}

  /** The device was removed and gets no more notifications. */
  record Removed(String id) implements PushResult {}

  /**
   * The notification is stored durably and will be sent.
   *
   * @param devices how many devices it goes to
   * @param duplicate whether it had been accepted before
   * @param unknown users and devices that were named and have no address
   */
  record Accepted(String id, int devices, boolean duplicate, List<String> unknown)
      implements PushResult {}

  /** The status of a send and of its dispatches. */
  record Status(SendStatus status) implements PushResult {}

  /**
   * Push is disabled, or this service is.
   *
   * @param service null when no service is enabled
   */
  record Disabled(@Nullable PushService service, Set<PushService> enabled) implements PushResult {}

  /**
   * The caller is not authorised.
   *
   * @param requirement a sentence that says what is needed
   */
  record Denied(String requirement) implements PushResult {}

  /**
   * The request is not valid.
   *
   * @param reason a sentence that says why, and how to correct it
   */
  record Invalid(String reason) implements PushResult {}

  /** A rate limit is exceeded. */
  record Throttled(RateLimiter.Verdict verdict) implements PushResult {}

  /** The tenant's quota for today is used up, or would be exceeded. */
  record OverQuota(long quotaPerDay, long used, int devices, Duration retryAfter)
      implements PushResult {}

  /** The notification is larger than a push service accepts. */
  record TooLarge(PushService service, int excessBytes) implements PushResult {}

  /** None of the named users and devices has an address. */
  record NoDevice() implements PushResult {}

  /** The notification addresses more devices than one send may. */
  record TooManyDevices(int limit) implements PushResult {}

  /** Nothing has this id. */
  record NotFound() implements PushResult {}
}
