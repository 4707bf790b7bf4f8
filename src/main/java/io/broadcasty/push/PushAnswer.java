package io.broadcasty.push;

import io.broadcasty.ratelimit.RateLimiter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What asking for something about push leads to. */
public sealed interface PushAnswer {

  /** The device will get notifications. */
  record Registered(PushSubscription subscription) implements PushAnswer {}

  /** A user's devices. */
  record Devices(List<PushSubscription> subscriptions) implements PushAnswer {}

  /** The device gets none any more. */
  record Removed(String id) implements PushAnswer {}

  /**
   * It is kept safely, and will be sent.
   *
   * @param devices to how many devices
   * @param duplicate whether it had been taken before
   * @param unknown users and devices that were named and have no address
   */
  record Taken(String id, int devices, boolean duplicate, List<String> unknown)
      implements PushAnswer {}

  /** What became of it. */
  record Outcomes(SendStatus status) implements PushAnswer {}

  /**
   * Push is off, or this service is.
   *
   * @param service null when no service is enabled
   */
  record Off(@Nullable PushService service, Set<PushService> enabled) implements PushAnswer {}

  /**
   * The caller may not.
   *
   * @param what a sentence that says what is needed
   */
  record Denied(String what) implements PushAnswer {}

  /**
   * It cannot be done as it is asked for.
   *
   * @param what a sentence that says why, and how to mend it
   */
  record Invalid(String what) implements PushAnswer {}

  /** A rate limit is used up. */
  record Throttled(RateLimiter.Verdict verdict) implements PushAnswer {}

  /** The tenant has sent as much today as it may, or would have with this. */
  record OverQuota(long quotaPerDay, long used, int devices, Duration retryAfter)
      implements PushAnswer {}

  /** A push service does not take notifications of this size. */
  record TooLarge(PushService service, int excessBytes) implements PushAnswer {}

  /** None of the users and devices that were named has an address. */
  record NoDevice() implements PushAnswer {}

  /** It would go to more devices than one send may. */
  record TooManyDevices(int limit) implements PushAnswer {}

  /** There is nothing of this id. */
  record Unknown() implements PushAnswer {}
}
