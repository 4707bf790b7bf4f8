package io.broadcasty.push.sending;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stops sending to a push service that fails, or that refuses what the configuration makes of every
 * device.
 *
 * <p>One device proves nothing: its own service may fail, or it may have been registered with
 * another application. So the breaker counts different devices in a row. When there are enough of
 * them, dispatches are sent one at a time, as probes. A probe that fails begins a pause, each
 * longer than the one before; a probe that succeeds closes the breaker. The first probe follows at
 * once, so that devices that were all of one bad neighbour cost the others no more than one
 * exchange.
 *
 * <p>Pure but for its state; for one thread.
 */
final class CircuitBreaker {

  /** How many different devices in a row must fail, so that no single device is the cause. */
  static final int FAILURE_THRESHOLD = 10;

  /** The longest pause, however long the service asks for. */
  static final Duration MAX_PAUSE = Duration.ofMinutes(5);

  private final Set<String> failing = new HashSet<>();
  private final Set<String> refused = new HashSet<>();
  private @Nullable Cause cause;
  private @Nullable String problem;
  private boolean probeInFlight;
  private int pauses;
  private long pausedUntilMillis = Long.MIN_VALUE;

  /** Why the breaker is open. */
  private enum Cause {
    /** The service fails; any definite answer proves that it works again. */
    FAILURE,
    /** The configuration is in doubt; only an accepted notification proves that it is right. */
    CONFIGURATION
  }

  /** What may be sent now. */
  enum Permission {
    ALL,
    /** One dispatch; see {@link #startProbe}. */
    ONE_PROBE,
    NOTHING
  }

  /** Returns what may be sent now. */
  Permission permission(long nowMillis) {
    if (cause == null) {
      return Permission.ALL;
    }
    return probeInFlight || nowMillis < pausedUntilMillis
        ? Permission.NOTHING
        : Permission.ONE_PROBE;
  }

  /** Records that the one dispatch that may be sent is under way. */
  void startProbe() {
    probeInFlight = true;
  }

  /** Records that a probe has ended without an answer that says anything. */
  void endProbe() {
    probeInFlight = false;
  }

  /** Returns when the pause ends, by the wall clock; in the past when there is none. */
  long pausedUntilMillis() {
    return pausedUntilMillis;
  }

  /** Returns why the breaker is open; null when it is closed. */
  @Nullable String problem() {
    return problem;
  }

  /**
   * Records that the service has accepted a notification, which proves that everything is right.
   */
  void recordAccepted() {
    refused.clear();
    failing.clear();
    close();
  }

  /** Records a definite answer that proves only that the service works. */
  void recordAnswer() {
    failing.clear();
    if (cause == Cause.FAILURE) {
      close();
    }
  }

  /**
   * Records a temporary failure, or a missing answer.
   *
   * @param probe whether the dispatch was the probe
   * @param asked the pause that the service asks for; null when it does not say
   * @param random from 0 to 1
   */
  void recordFailure(
      String device,
      boolean probe,
      String reason,
      @Nullable Duration asked,
      long nowMillis,
      double random) {
    count(failing, device, FAILURE_THRESHOLD);
    if (probe) {
      pause(reason, asked, nowMillis, random);
    } else if (cause == null && failing.size() >= FAILURE_THRESHOLD) {
      open(Cause.FAILURE, reason);
    }
  }

  /**
   * Records that the service has refused a device for a reason that may lie in the configuration.
   *
   * @param probe whether the dispatch was the probe
   * @param threshold how many different devices must be refused in a row before the configuration
   *     is in doubt; 1 when the reason can lie nowhere else
   * @param random from 0 to 1
   */
  void recordRefusal(
      String device, boolean probe, String reason, int threshold, long nowMillis, double random) {
    recordAnswer();
    count(refused, device, FAILURE_THRESHOLD);
    if (probe && cause == Cause.CONFIGURATION) {
      pause(reason, null, nowMillis, random);
    } else if (cause == null && refused.size() >= threshold) {
      open(Cause.CONFIGURATION, reason);
    }
  }

  private static void count(Set<String> devices, String device, int most) {
    if (devices.size() < most) {
      devices.add(device);
    }
  }

  private void open(Cause why, String reason) {
    cause = why;
    problem = reason;
  }

  private void pause(String reason, @Nullable Duration asked, long nowMillis, double random) {
    problem = reason;
    pauses++;
    Duration bounded = asked == null || asked.compareTo(MAX_PAUSE) < 0 ? asked : MAX_PAUSE;
    pausedUntilMillis = nowMillis + Backoff.delayMillis(pauses, bounded, random);
  }

  private void close() {
    cause = null;
    problem = null;
    pauses = 0;
    pausedUntilMillis = Long.MIN_VALUE;
  }
}
