package io.broadcasty.push;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many dispatches are in flight to one push service, and pauses a service that fails.
 *
 * <p>After several temporary failures in a row, nothing is sent for a while; then one dispatch at a
 * time, until the service gives a final answer again. A configuration fault pauses it at once. Pure
 * but for its state; for one thread.
 */
final class Pace {

  /** How many failures in a row open the breaker: so many are not caused by single devices. */
  static final int IN_A_ROW = 10;

  static final Duration MISCONFIGURED_PAUSE = Duration.ofMinutes(1);

  private final int maxInFlight;
  private int failures;
  private int pauses;
  private long pausedUntilMillis = Long.MIN_VALUE;
  private @Nullable String trouble;

  Pace(int maxInFlight) {
    this.maxInFlight = maxInFlight;
  }

  /** Returns how many dispatches may be in flight. */
  int limit(long nowMillis) {
    if (nowMillis < pausedUntilMillis) {
      return 0;
    }
    return pauses > 0 ? 1 : maxInFlight;
  }

  /** Returns when the pause ends, by the wall clock; in the past when there is none. */
  long pausedUntilMillis() {
    return pausedUntilMillis;
  }

  /** Returns why the service is paused; null when it is not. */
  @Nullable String trouble() {
    return trouble;
  }

  /** Closes the breaker, since the service gave a final answer, whether it accepted or rejected. */
  void served() {
    failures = 0;
    pauses = 0;
    pausedUntilMillis = Long.MIN_VALUE;
    trouble = null;
  }

  /**
   * Counts a temporary failure, or a missing answer, of the service.
   *
   * @param asked the pause that the service asks for; null when it does not say
   */
  void refused(String reason, @Nullable Duration asked, long nowMillis, double random) {
    failures++;
    if (nowMillis < pausedUntilMillis || (failures < IN_A_ROW && pauses == 0)) {
      return; // an answer to what was in flight when the pause began, or too few failures to tell
    }
    pauses++;
    pausedUntilMillis = nowMillis + Backoff.millis(pauses, asked, random);
    trouble = reason;
  }

  /** Pauses the service, since nothing can be sent until an operator corrects the configuration. */
  void misconfigured(String reason, long nowMillis) {
    trouble = reason;
    if (nowMillis >= pausedUntilMillis) { // else it answers what was in flight when the pause began
      pauses++;
      pausedUntilMillis = nowMillis + MISCONFIGURED_PAUSE.toMillis();
    }
  }
}
