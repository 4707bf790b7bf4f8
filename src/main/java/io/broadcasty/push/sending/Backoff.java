package io.broadcasty.push.sending;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Computes the exponential back-off before a failed attempt is repeated.
 *
 * <p>The delay is 1 s, then 2 s, 4 s, … up to 5 min, each varied by up to a quarter so that
 * dispatches that failed together are not retried together. Where the service asks for a delay,
 * that delay applies up to an hour, plus up to a tenth: an endpoint that a client has named may ask
 * for anything. A device that was refused is tried again after 1 min, then 2 min, … up to 30 min.
 */
final class Backoff {

  private static final long FIRST_MILLIS = 1000;
  private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();
  private static final long LONGEST_ASKED_MILLIS = Duration.ofHours(1).toMillis();
  private static final long FIRST_REFUSED_MILLIS = Duration.ofMinutes(1).toMillis();
  private static final long LONGEST_REFUSED_MILLIS = Duration.ofMinutes(30).toMillis();
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
      long millis = Math.min(asked.toMillis(), LONGEST_ASKED_MILLIS);
      return millis + (long) (millis * 0.1 * random);
    }
    return doubled(FIRST_MILLIS, LONGEST_MILLIS, failures, random);
  }

  /**
   * Returns the delay in milliseconds before a device that was refused is tried again.
   *
   * @param failures how often it was refused, at least 1
   * @param random from 0 to 1
   */
  static long afterRefusalMillis(int failures, double random) {
    return doubled(FIRST_REFUSED_MILLIS, LONGEST_REFUSED_MILLIS, failures, random);
  }

  private static long doubled(long first, long longest, int failures, double random) {
    long delay = first << Math.min(MAX_DOUBLINGS, failures - 1);
    return (long) (Math.min(longest, delay) * (0.75 + 0.5 * random));
  }
}
