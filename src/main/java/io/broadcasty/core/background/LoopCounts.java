package io.broadcasty.core.background;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts failures and restarts of the loops with one name. */
@ThreadSafe
final class LoopCounts {

  private static final long RECENT_NANOS = Duration.ofMinutes(10).toNanos();

  final String name;
  final FailureLog log;
  final LongAdder failures = new LongAdder();
  final AtomicInteger threads = new AtomicInteger();

  /** The number of loops without a thread because none can be created. */
  final AtomicInteger threadless = new AtomicInteger();

  @GuardedBy("this")
  private final long[] latestNanos = new long[LoopCondition.MAX_RECENT_RESTARTS + 1];

  @GuardedBy("this")
  private long restarts;

  LoopCounts(String name, FailureLog log) {
    this.name = name;
    this.log = log;
  }

  synchronized void recordRestart(long nowNanos) {
    latestNanos[(int) (restarts % latestNanos.length)] = nowNanos;
    restarts++;
  }

  synchronized LoopCondition condition(long nowNanos) {
    return new LoopCondition(
        name, restarts, recentRestarts(nowNanos), failures.sum(), threadless.get() == 0);
  }

  synchronized int recentRestarts(long nowNanos) {
    int recent = 0;
    for (int i = 0; i < Math.min(restarts, latestNanos.length); i++) {
      if (nowNanos - latestNanos[i] < RECENT_NANOS) {
        recent++;
      }
    }
    return recent;
  }
}
