package io.broadcasty.core.background;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Logs a repeated failure once, with its stack. Logs again when the failure changes, every ten
 * minutes with the number of repetitions, and once when it is over.
 */
@ThreadSafe
public final class FailureLog {

  private static final long REPEAT_NANOS = Duration.ofMinutes(10).toNanos();

  private final System.Logger log;
  private final Level level;
  private final String what;
  private final Ticker ticker;

  /** Read without the lock by {@link #recordSuccess}, which is called often. */
  private volatile boolean failing;

  @GuardedBy("this")
  private @Nullable String kind;

  @GuardedBy("this")
  private long loggedNanos;

  @GuardedBy("this")
  private long unlogged;

  /**
   * @param what the operation that begins the logged sentence: "Emptying the spool"
   */
  public FailureLog(System.Logger log, Level level, String what, Ticker ticker) {
    this.log = log;
    this.level = level;
    this.what = what;
    this.ticker = ticker;
  }

  /** Records that the operation failed. */
  public void recordFailure(Throwable failure) {
    String now = kind(failure);
    long repetitions;
    synchronized (this) {
      boolean same = failing && now.equals(kind);
      long nanos = ticker.readNanos();
      if (same && nanos - loggedNanos < REPEAT_NANOS) {
        unlogged++;
        return;
      }
      repetitions = same ? unlogged : 0;
      failing = true;
      kind = now;
      loggedNanos = nanos;
      unlogged = 0;
    }
    log.log(
        level,
        repetitions == 0
            ? what + " failed; trying again"
            : what + " still fails, " + repetitions + " times since the last message",
        failure);
  }

  /** Records that the operation succeeded; cheap when it had not failed. */
  public void recordSuccess() {
    if (!failing) {
      return;
    }
    long unreported;
    synchronized (this) {
      failing = false;
      kind = null;
      unreported = unlogged;
      unlogged = 0;
    }
    log.log(
        Level.INFO,
        unreported == 0
            ? what + " works again"
            : what + " works again; it had failed " + unreported + " more times");
  }

  /**
   * Returns what distinguishes two failures: their types, since messages may contain ids and times.
   */
  private static String kind(Throwable failure) {
    StringBuilder kind = new StringBuilder();
    int depth = 0;
    for (Throwable at = failure; at != null && depth < 5; at = at.getCause(), depth++) {
      kind.append(at instanceof RedactedThrowable ? at.getMessage() : at.getClass().getName())
          .append(' ');
    }
    return kind.toString();
  }
}
