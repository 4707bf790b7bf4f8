package io.broadcasty.background;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.time.Ticker;
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
 * The background threads of a node: starts them, keeps them going after a failure, counts, and
 * tells how they are.
 *
 * <p>An exception ends a round and not the loop: it is logged with its stack once, and the next
 * round comes after a moment. An {@link Error} ends the thread: it is logged and counted, whoever
 * depends on the loop is told ({@link BackgroundLoop.Work#onError}), and a new thread goes on.
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
   * @param name of its threads and in the meters; loops may share one
   */
  public BackgroundLoop start(String name, BackgroundLoop.Work work) {
    BackgroundLoop loop = new BackgroundLoop(this, counts(name), work);
    loop.start();
    return loop;
  }

  /**
   * What runs the task once and never throws, for a scheduler that would drop a recurring task
   * without a word after an exception. Failures are logged and counted as those of a loop.
   */
  public Runnable guarded(String name, Runnable task) {
    LoopCounts of = counts(name);
    FailureLog log = failureLog(name);
    return () -> {
      try {
        task.run();
        log.healed();
      } catch (Throwable e) {
        if (e instanceof Error && !isOfStopping(e)) {
          of.restarted(ticker.readNanos());
        }
        failed(of, log, e);
      }
    };
  }

  /**
   * Logs and counts what has ended a task that nobody waits for and that does not come again.
   *
   * @param name as for {@link #start}
   */
  public void failed(String name, Throwable failure) {
    LoopCounts of = counts(name);
    failed(of, of.log, failure);
  }

  private void failed(LoopCounts of, FailureLog log, Throwable failure) {
    if (isOfStopping(failure)) {
      LOG.log(Level.DEBUG, of.name + " ended while the server stops", failure);
      return;
    }
    of.failures.increment();
    log.failed(failure);
  }

  boolean isOfStopping(Throwable failure) {
    return stopping && failure instanceof LinkageError;
  }

  /**
   * Makes daemon threads for tasks that loop by themselves until they are told to end: whatever
   * ends such a task before is logged with its stack and counted, and the task is run anew on the
   * thread, which so can still be joined. Not for the workers of a pool, which replaces its own.
   */
  public ThreadFactory supervised(String name) {
    ThreadFactory plain = threads(name);
    return task -> plain.newThread(supervised(name, task));
  }

  /** The task as {@link #supervised(String)} runs it, for a thread that somebody else makes. */
  public Runnable supervised(String name, Runnable task) {
    LoopCounts of = counts(name);
    FailureLog log = failureLog(name);
    return () -> {
      while (true) {
        try {
          task.run();
          return;
        } catch (Throwable e) {
          if (isOfStopping(e)) {
            LOG.log(Level.DEBUG, name + " ends with the server", e);
            return;
          }
          runsAnew(of, log, e);
        }
      }
    };
  }

  /** What is told must not end the thread either. */
  private void runsAnew(LoopCounts of, FailureLog log, Throwable failure) {
    long now = ticker.readNanos();
    of.restarted(now);
    try {
      failed(of, log, failure);
    } catch (Throwable e) {
      Thread.yield(); // memory is short; it is counted all the same
    }
    BackgroundLoop.parkBeforeRestart(of.recentRestarts(now));
  }

  /** Makes daemon threads that log what ends them. */
  public ThreadFactory threads(String name) {
    AtomicInteger number = counts(name).threads;
    return task -> {
      Thread thread = new Thread(task, "broadcasty-" + name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((dying, failure) -> failed(name, failure));
      return thread;
    };
  }

  /**
   * The node stops: from now on classes may not be loadable any more, since the server has taken
   * the application away, so that a {@link LinkageError} is nothing to be told of.
   */
  public void stopping() {
    stopping = true;
  }

  /** Whether {@link #stopping} was called. */
  public boolean isStopping() {
    return stopping;
  }

  /** How the loops do, in order of their names. */
  public List<LoopCondition> conditions() {
    List<LoopCondition> conditions = new ArrayList<>();
    long now = ticker.readNanos();
    counts.values().forEach(of -> conditions.add(of.condition(now)));
    conditions.sort(Comparator.comparing(LoopCondition::name));
    return conditions;
  }

  /** How the loops of a name do. */
  public LoopCondition condition(String name) {
    return counts(name).condition(ticker.readNanos());
  }

  /** Tells every name there is, and each new one when it comes; perhaps one twice. */
  public void onName(Consumer<String> listener) {
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
