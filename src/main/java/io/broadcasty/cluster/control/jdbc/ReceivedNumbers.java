package io.broadcasty.cluster.control.jdbc;

import java.util.TreeMap;

/**
 * Tracks which message numbers have been received, possibly out of order: a transaction gets its
 * number before it commits, so a lower number may appear after a higher one, or never. For one
 * thread.
 */
final class ReceivedNumbers {

  private final long maxWaitNanos;

  /** All numbers up to this one have been received or given up. */
  private long completedUpTo;

  /**
   * The received numbers above {@link #completedUpTo}, with the time at which they were received.
   */
  private final TreeMap<Long, Long> above = new TreeMap<>();

  /**
   * @param maxWaitNanos how long to wait for a missing number once a higher one has been received
   */
  ReceivedNumbers(long maxWaitNanos) {
    this.maxWaitNanos = maxWaitNanos;
  }

  /** Returns the number up to which nothing has to be read any more. */
  long completedUpTo() {
    return completedUpTo;
  }

  /** Returns the highest number that was received or given up. */
  long last() {
    return above.isEmpty() ? completedUpTo : above.lastKey();
  }

  /** Restarts the tracking after a number. */
  void reset(long after) {
    completedUpTo = after;
    above.clear();
  }

  /** Gives up the missing numbers up to this one. */
  void skipTo(long number) {
    if (number > completedUpTo) {
      completedUpTo = number;
      above.headMap(number, true).clear();
    }
  }

  /** Adds a number; returns whether it is new. */
  boolean add(long number, long nowNanos) {
    return number > completedUpTo && above.putIfAbsent(number, nowNanos) == null;
  }

  /** Advances over received numbers, and over those that have been missing for too long. */
  void advance(long nowNanos) {
    while (!above.isEmpty()
        && (above.firstKey() == completedUpTo + 1
            || nowNanos - above.firstEntry().getValue() >= maxWaitNanos)) {
      completedUpTo = above.firstKey();
      above.pollFirstEntry();
    }
  }
}
