package io.broadcasty.push.queue;

import org.jspecify.annotations.Nullable;

/** The result of a claimed dispatch. Reasons have at most 500 characters. */
public sealed interface DeliveryResult {

  /** Returns the state that the dispatch enters. */
  DispatchState state();

  /** Returns the reason; null when there is nothing to say. */
  default @Nullable String reason() {
    return null;
  }

  /**
   * The push service has accepted it.
   *
   * @param serviceId the service's id for it; null when it gave none
   */
  record Accepted(@Nullable String serviceId) implements DeliveryResult {
    @Override
    public DispatchState state() {
      return DispatchState.ACCEPTED;
    }
  }

  /** The dispatch is not tried again. */
  record Rejected(String reason) implements DeliveryResult {
    @Override
    public DispatchState state() {
      return DispatchState.REJECTED;
    }
  }

  /**
   * The device is no longer registered: its subscription is removed as well, unless it was
   * registered again after this time.
   *
   * @param sinceMillis by the wall clock
   */
  record Unregistered(String reason, long sinceMillis) implements DeliveryResult {
    @Override
    public DispatchState state() {
      return DispatchState.UNREGISTERED;
    }
  }

  /** Its time to live has ended. */
  record Expired(String reason) implements DeliveryResult {
    @Override
    public DispatchState state() {
      return DispatchState.EXPIRED;
    }
  }

  /**
   * The dispatch was not tried, and may be claimed again at this time.
   *
   * @param attempts how often it was tried before it was claimed
   */
  record Deferred(String reason, long dueAtMillis, int attempts) implements DeliveryResult {
    @Override
    public DispatchState state() {
      return attempts == 0 ? DispatchState.QUEUED : DispatchState.RETRYING;
    }
  }

  /** The dispatch is tried again, not before this time. */
  record Retry(String reason, long dueAtMillis) implements DeliveryResult {
    @Override
    public DispatchState state() {
      return DispatchState.RETRYING;
    }
  }
}
