package io.broadcasty.push.sending;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Computes the exponential back-off before a failed attempt is repeated.
 *
 * <p>The delay is 1 s, then 2 s, 4 s, … up to 5 min, each varied by up to a quarter so that
 * dispatches that failed together are not retried together. Where the service asks for a delay,
 * that delay applies, plus up to a tenth.
 */
final class Backoff {

  private static final long FIRST_MILLIS = 1000;
  private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();
  private static final int MAX_DOUBLINGS = 20;

  private Backoff() {}

  /**
   * Returns the delay in milliseconds before the next attempt.
   *
   * @param failures how often the attempt has failed, at least 1
   * @param asked the delay that the service asks for; null for none
   * @param random from 0 to 1
   */
  static long delayMillis(int failures, @Nullable Duration asked, double random) {
    if (asked != null && !asked.isNegative()) {
      return asked.toMillis() + (long) (asked.toMillis() * 0.1 * random);
    }
    long doubled = FIRST_MILLIS << Math.min(MAX_DOUBLINGS, failures - 1);
    return (long) (Math.min(LONGEST_MILLIS, doubled) * (0.75 + 0.5 * random));
  }
}
