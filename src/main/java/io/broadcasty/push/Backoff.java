package io.broadcasty.push;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When something that failed is tried again: after 1 s, then 2 s, 4 s, … up to 5 min, by up to a
 * quarter more or less, so that what failed together does not come together; or, where the service
 * asks for it, after what it asks for and up to a tenth more. Pure.
 */
final class Backoff {

  private static final long FIRST_MILLIS = 1000;
  private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();
  private static final int MAX_DOUBLINGS = 20;

  private Backoff() {}

  /**
   * @param failures how often it has failed, at least 1
   * @param asked what the service asks for; null for nothing
   * @param random from 0 to 1
   */
  static long millis(int failures, @Nullable Duration asked, double random) {
    if (asked != null && !asked.isNegative()) {
      return asked.toMillis() + (long) (asked.toMillis() * 0.1 * random);
    }
    long doubled = FIRST_MILLIS << Math.min(MAX_DOUBLINGS, failures - 1);
    return (long) (Math.min(LONGEST_MILLIS, doubled) * (0.75 + 0.5 * random));
  }
}
