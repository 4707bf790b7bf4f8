package io.broadcasty.push.sending;

import io.broadcasty.core.collection.BoundedMap;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds how many dispatches may be in flight to one origin that is slow, so that it does not hold
 * the places of all others. An origin may hold half of the places until it has answered, and an
 * eighth while its last answer took long.
 *
 * <p>For one thread.
 */
final class OriginPlaces {

  /** How long an origin that is not slow takes at most. */
  static final Duration QUICK = Duration.ofSeconds(3);

  private static final int SLOW_FRACTION = 8;
  private static final int MAX_ORIGINS = 10_000;

  private final int forUnknown;
  private final int forSlow;
  private final Map<String, Integer> inFlight = new HashMap<>();
  private final Map<String, Boolean> quick = BoundedMap.ofLatestUsed(MAX_ORIGINS);

  /** Creates the bounds of a sender with this many places. */
  OriginPlaces(int maxInFlight) {
    this.forUnknown = Math.max(1, maxInFlight / 2);
    this.forSlow = Math.max(1, maxInFlight / SLOW_FRACTION);
  }

  /** Returns whether another dispatch to the origin may be sent. */
  boolean isFree(String origin) {
    Boolean known = quick.get(origin);
    int places = known == null ? forUnknown : known ? Integer.MAX_VALUE : forSlow;
    return inFlight.getOrDefault(origin, 0) < places;
  }

  void take(String origin) {
    inFlight.merge(origin, 1, Integer::sum);
  }

  /** Gives a place back. */
  void giveBack(String origin, long tookNanos) {
    inFlight.computeIfPresent(origin, (name, count) -> count == 1 ? null : count - 1);
    quick.put(origin, tookNanos <= QUICK.toNanos());
  }
}
