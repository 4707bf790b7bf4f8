package io.broadcasty.push;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much may be under way to one push service. A service that refuses several in a row is left
 * alone for a while, then tried with one until it gives a verdict again; a fault of the settings
 * does the same at once. Pure but for its state; for one thread.
 */
final class Pace {

  /** So many in a row are not the fault of single devices. */
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

  /** How many may be under way. */
  int limit(long nowMillis) {
    if (nowMillis < pausedUntilMillis) {
      return 0;
    }
    return pauses > 0 ? 1 : maxInFlight;
  }

  /** When it may go on; in the past when it may. */
  long pausedUntilMillis() {
    return pausedUntilMillis;
  }

  /** What keeps it; null when nothing does. */
  @Nullable String trouble() {
    return trouble;
  }

  /** The service has given a verdict, whichever. */
  void served() {
    failures = 0;
    pauses = 0;
    pausedUntilMillis = Long.MIN_VALUE;
    trouble = null;
  }

  /**
   * The service says "not now", or nothing.
   *
   * @param asked for how long; null when it does not say
   */
  void refused(String reason, @Nullable Duration asked, long nowMillis, double random) {
    failures++;
    if (nowMillis < pausedUntilMillis || (failures < IN_A_ROW && pauses == 0)) {
      return; // of those that were under way when the pause began, or not enough to tell
    }
    pauses++;
    pausedUntilMillis = nowMillis + Backoff.millis(pauses, asked, random);
    trouble = reason;
  }

  /** Nothing can be sent until the settings are mended. */
  void misconfigured(String reason, long nowMillis) {
    trouble = reason;
    if (nowMillis >= pausedUntilMillis) { // else it is of those that were under way
      pauses++;
      pausedUntilMillis = nowMillis + MISCONFIGURED_PAUSE.toMillis();
    }
  }
}
