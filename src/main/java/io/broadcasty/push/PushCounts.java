package io.broadcasty.push;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what becomes of notifications. Safe for use by several threads. */
public final class PushCounts implements PushListener {

  private static final int STATES = DispatchState.values().length;

  private final AtomicLongArray counts = new AtomicLongArray(PushService.values().length * STATES);

  @Override
  public void onSettled(PushService service, DispatchState state) {
    counts.incrementAndGet(place(service, state));
  }

  /** How often a dispatch of this service has come to this state here since the start. */
  public long count(PushService service, DispatchState state) {
    return counts.get(place(service, state));
  }

  private static int place(PushService service, DispatchState state) {
    return service.ordinal() * STATES + state.ordinal();
  }
}
