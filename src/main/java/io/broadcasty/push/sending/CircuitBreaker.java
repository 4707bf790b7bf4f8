package io.broadcasty.push.sending;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many dispatches are in flight to one push service, and pauses a service that fails.
 *
 * <p>After several temporary failures in a row, nothing is sent for a while; then one dispatch at a
 * time, until the service gives a final answer again. A configuration fault pauses it at once. Pure
 * but for its state; for one thread.
 */
final class CircuitBreaker {

  /**
   * The number of failures in a row that opens the breaker: so many are not caused by single
   * devices.
   */
  static final int FAILURE_THRESHOLD = 10;

  static final Duration MISCONFIGURED_PAUSE = Duration.ofMinutes(1);

  private final int maxInFlight;
  private int failures;
  private int pauses;
  private long pausedUntilMillis = Long.MIN_VALUE;
  private @Nullable String problem;

  CircuitBreaker(int maxInFlight) {
    this.maxInFlight = maxInFlight;
  }

  /** Returns how many dispatches may be in flight. */
  int maxInFlight(long nowMillis) {
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
  @Nullable String problem() {
    return problem;
  }

  /** Closes the breaker, since the service gave a final answer, whether it accepted or rejected. */
  void recordSuccess() {
    failures = 0;
    pauses = 0;
    pausedUntilMillis = Long.MIN_VALUE;
    problem = null;
  }

  /**
   * Counts a temporary failure, or a missing answer, of the service.
   *
   * @param asked the pause that the service asks for; null when it does not say
   */
  void recordFailure(String reason, @Nullable Duration asked, long nowMillis, double random) {
    failures++;
    if (nowMillis < pausedUntilMillis || (failures < FAILURE_THRESHOLD && pauses == 0)) {
      return; // an answer to what was in flight when the pause began, or too few failures to tell
    }
    pauses++;
    pausedUntilMillis = nowMillis + Backoff.delayMillis(pauses, asked, random);
    problem = reason;
  }

  /** Pauses the service, since nothing can be sent until an operator corrects the configuration. */
  void recordMisconfiguration(String reason, long nowMillis) {
    problem = reason;
    if (nowMillis >= pausedUntilMillis) { // else it answers what was in flight when the pause began
      pauses++;
      pausedUntilMillis = nowMillis + MISCONFIGURED_PAUSE.toMillis();
    }
  }
}
