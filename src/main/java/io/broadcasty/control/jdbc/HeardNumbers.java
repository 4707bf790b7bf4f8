package io.broadcasty.control.jdbc;

import java.util.TreeMap;

/**
 * Which numbers have been heard, where they need not come in order: a transaction is given its
 * number before it commits, so that a lower number may show up after a higher one, or never. For
 * one thread.
 */
final class HeardNumbers {

  private final long patienceNanos;

  /** All up to it have been heard or given up. */
  private long done;

  /** Those above, with when they were heard. */
  private final TreeMap<Long, Long> above = new TreeMap<>();

  /**
   * @param patienceNanos for how long a number that is missing is waited for, once a higher one has
   *     been heard
   */
  HeardNumbers(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /** What is up to it need not be looked for any more. */
  long done() {
    return done;
  }

  /** The highest that was heard or given up. */
  long last() {
    return above.isEmpty() ? done : above.lastKey();
  }

  /** Begins anew after a number. */
  void reset(long after) {
    done = after;
    above.clear();
  }

  /** Gives up what is missing up to a number. */
  void skipTo(long number) {
    if (number > done) {
      done = number;
      above.headMap(number, true).clear();
    }
  }

  /** Whether it was not heard before; from now on it was. */
  boolean add(long number, long nowNanos) {
    return number > done && above.putIfAbsent(number, nowNanos) == null;
  }

  /** Moves up over what has been heard, and over what has been missing for too long. */
  void advance(long nowNanos) {
    while (!above.isEmpty()
        && (above.firstKey() == done + 1
            || nowNanos - above.firstEntry().getValue() >= patienceNanos)) {
      done = above.firstKey();
      above.pollFirstEntry();
    }
  }
}
