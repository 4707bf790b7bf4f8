package io.broadcasty.push;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what becomes of notifications. Safe for use by several threads. */
public final class PushCounts implements PushListener {

  private static final int STATES = DispatchState.values().length;

  private final Map<PushService, AtomicLongArray> counts = new ConcurrentHashMap<>();

  @Override
  public void onSettled(PushService service, DispatchState state) {
    counts
        .computeIfAbsent(service, s -> new AtomicLongArray(STATES))
        .incrementAndGet(state.ordinal());
  }

  /** How often a dispatch of this service has come to this state here since the start. */
  public long count(PushService service, DispatchState state) {
    AtomicLongArray known = counts.get(service);
    return known == null ? 0 : known.get(state.ordinal());
  }
}
