package io.broadcasty.core.http;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;

/**
 * Stops calling a service that does not answer: after some failures in a row for a second, then
 * with one call at a time at growing intervals, until one is answered.
 */
@ThreadSafe
public final class CallBreaker {

  /** How many failures in a row stop the calls. */
  public static final int THRESHOLD = 5;

  private static final long FIRST_PAUSE = Duration.ofSeconds(1).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(30).toNanos();

  private final Ticker ticker;

  @GuardedBy("this")
  private int failures;

  @GuardedBy("this")
  private long pauseNanos;

  @GuardedBy("this")
  private long nextNanos;

  public CallBreaker(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Whether a call may be made. */
  public enum Permission {
    ALLOWED,
    /** As the only one, to find out whether the service answers again. */
    AS_PROBE,
    REFUSED
  }

  /** Returns whether a call may be made now. */
  public synchronized Permission permission() {
    if (failures < THRESHOLD) {
      return Permission.ALLOWED;
    }
    long now = ticker.readNanos();
    if (now - nextNanos < 0) {
      return Permission.REFUSED;
    }
    nextNanos = now + pauseNanos; // others wait for the answer to this one
    return Permission.AS_PROBE;
  }

  /** Records an answer. */
  public synchronized void recordSuccess() {
    failures = 0;
    pauseNanos = 0;
  }

  /** Records that a call with this permission was not answered. */
  public synchronized void recordFailure(Permission asked) {
    failures = Math.min(THRESHOLD, failures + 1);
    if (failures == THRESHOLD && pauseNanos == 0) {
      pause(FIRST_PAUSE);
    } else if (asked == Permission.AS_PROBE) {
      pause(Math.min(LONGEST_PAUSE, 2 * pauseNanos));
    }
  }

  @GuardedBy("this")
  private void pause(long nanos) {
    pauseNanos = nanos;
    nextNanos = ticker.readNanos() + nanos;
  }
}
