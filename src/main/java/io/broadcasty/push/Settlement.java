package io.broadcasty.push;

import org.jspecify.annotations.Nullable;

/** What becomes of a dispatch that was claimed. Reasons are of at most 500 characters. */
public sealed interface Settlement {

  /** Where it stands then. */
  DispatchState state();

  /** Why; null when there is nothing to say. */
  default @Nullable String reason() {
    return null;
  }

  /**
   * The push service has it.
   *
   * @param serviceId the service's name for it; null when it gave none
   */
  record Accepted(@Nullable String serviceId) implements Settlement {
    @Override
    public DispatchState state() {
      return DispatchState.ACCEPTED;
    }
  }

  /** It is given up. */
  record Rejected(String reason) implements Settlement {
    @Override
    public DispatchState state() {
      return DispatchState.REJECTED;
    }
  }

  /**
   * The subscription is removed as well, unless it was registered again after that moment.
   *
   * @param sinceMillis by the wall clock
   */
  record Unregistered(String reason, long sinceMillis) implements Settlement {
    @Override
    public DispatchState state() {
      return DispatchState.UNREGISTERED;
    }
  }

  /** It is too late. */
  record Expired(String reason) implements Settlement {
    @Override
    public DispatchState state() {
      return DispatchState.EXPIRED;
    }
  }

  /** It is to be tried again, not before that moment. */
  record Again(String reason, long dueAtMillis) implements Settlement {
    @Override
    public DispatchState state() {
      return DispatchState.RETRYING;
    }
  }
}
