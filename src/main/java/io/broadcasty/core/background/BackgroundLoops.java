package io.broadcasty.core.background;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Starts the background threads of a node, restarts them after a failure, and reports their
 * condition.
 *
 * <p>An exception ends a round but not the loop: it is logged with its stack once, and the next
 * round follows after a pause. An {@link Error} ends the thread: it is logged and counted, the task
 * is notified ({@link BackgroundLoop.Work#onError}), and a new thread continues.
 */
@ThreadSafe
public final class BackgroundLoops {

  private static final System.Logger LOG = System.getLogger(BackgroundLoops.class.getName());

  private final Ticker ticker;
  private final Map<String, LoopCounts> counts = new ConcurrentHashMap<>();
  private final List<Consumer<String>> newNames = new CopyOnWriteArrayList<>();
  private volatile boolean stopping;

  public BackgroundLoops(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * Starts a loop.
   *
   * @param name the name of its threads and in the meters; several loops may share one
   */
  public BackgroundLoop start(String name, BackgroundLoop.Work work) {
    BackgroundLoop loop = create(name, work);
    loop.start();
    return loop;
  }

  /**
   * Creates a loop that its owner {@linkplain BackgroundLoop#start starts}, so that it can keep the
   * loop in a field before the first round uses it.
   *
   * @param name as for {@link #start}
   */
  public BackgroundLoop create(String name, BackgroundLoop.Work work) {
    return new BackgroundLoop(this, counts(name), work);
  }

  /**
   * Wraps a task so that it never throws, for a scheduler that silently drops a recurring task
   * after an exception. Failures are logged and counted like those of a loop.
   */
  public Runnable guarded(String name, Runnable task) {
    LoopCounts loopCounts = counts(name);
    FailureLog log = failureLog(name);
    return () -> {
      try {
        task.run();
        log.recordSuccess();
      } catch (Throwable e) {
        if (e instanceof Error && !isCausedByStop(e)) {
          loopCounts.recordRestart(ticker.readNanos());
        }
        reportFailure(loopCounts, log, e);
      }
    };
  }

  /**
   * Logs and counts the failure of a one-time task that nothing waits for.
   *
   * @param name as for {@link #start}
   */
  public void reportFailure(String name, Throwable failure) {
    LoopCounts loopCounts = counts(name);
    reportFailure(loopCounts, loopCounts.log, failure);
  }

  private void reportFailure(LoopCounts loopCounts, FailureLog log, Throwable failure) {
    if (isCausedByStop(failure)) {
      LOG.log(Level.DEBUG, loopCounts.name + " ended because the server stops", failure);
      return;
    }
    loopCounts.failures.increment();
    log.recordFailure(failure);
  }

  boolean isCausedByStop(Throwable failure) {
    return stopping && failure instanceof LinkageError;
  }

  /**
   * Creates daemon threads for tasks that loop until they are told to end. If anything else ends
   * the task, it is logged with its stack and counted, and the task runs again on the same thread,
   * which can therefore still be joined. Not for the workers of a pool, which replaces its own.
   */
  public ThreadFactory supervised(String name) {
    ThreadFactory plain = threadFactory(name);
    return task -> plain.newThread(supervised(name, task));
  }

  /**
   * Wraps a task as {@link #supervised(String)} runs it, for a thread that is created elsewhere.
   */
  public Runnable supervised(String name, Runnable task) {
    LoopCounts loopCounts = counts(name);
    FailureLog log = failureLog(name);
    return () -> {
      while (true) {
        try {
          task.run();
          return;
        } catch (Throwable e) {
          if (isCausedByStop(e)) {
            LOG.log(Level.DEBUG, name + " ends because the server stops", e);
            return;
          }
          reportAndPark(loopCounts, log, e);
        }
      }
    };
  }

  /** Logs and counts the failure; a failure to log must not end the thread either. */
  @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it
  private void reportAndPark(LoopCounts loopCounts, FailureLog log, Throwable failure) {
    long now = ticker.readNanos();
    loopCounts.recordRestart(now);
    try {
      reportFailure(loopCounts, log, failure);
    } catch (Throwable e) {
      Thread.yield(); // Memory is short; the failure is counted nevertheless.
    }
    BackgroundLoop.parkBeforeRestart(loopCounts.recentRestarts(now));
  }

  /** Creates daemon threads that log an uncaught exception. */
  public ThreadFactory threadFactory(String name) {
    AtomicInteger number = counts(name).threads;
    return task -> {
      Thread thread = new Thread(task, "broadcasty-" + name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((dying, failure) -> reportFailure(name, failure));
      return thread;
    };
  }

  /**
   * Marks the node as stopping. From then on classes may fail to load, since the server has removed
   * the application, so a {@link LinkageError} is not reported.
   */
  public void markStopping() {
    stopping = true;
  }

  /** Returns whether {@link #stopping} was called. */
  public boolean isStopping() {
    return stopping;
  }

  /** Returns the conditions of all loops, in order of their names. */
  public List<LoopCondition> conditions() {
    List<LoopCondition> conditions = new ArrayList<>();
    long now = ticker.readNanos();
    counts.values().forEach(loopCounts -> conditions.add(loopCounts.condition(now)));
    conditions.sort(Comparator.comparing(LoopCondition::name));
    return conditions;
  }

  /** Returns the condition of the loops with this name. */
  public LoopCondition condition(String name) {
    return counts(name).condition(ticker.readNanos());
  }

  /**
   * Notifies the listener of every existing name and of each new one; a name may be reported twice.
   */
  public void addNameListener(Consumer<String> listener) {
    newNames.add(listener);
    counts.keySet().forEach(listener);
  }

  Ticker ticker() {
    return ticker;
  }

  FailureLog failureLog(String name) {
    return new FailureLog(LOG, Level.ERROR, name, ticker);
  }

  private LoopCounts counts(String name) {
    LoopCounts known = counts.get(name);
    if (known != null) {
      return known;
    }
    LoopCounts made = new LoopCounts(name, failureLog(name));
    LoopCounts other = counts.putIfAbsent(name, made);
    if (other != null) {
      return other;
    }
    newNames.forEach(listener -> listener.accept(name));
    return made;
  }
}
