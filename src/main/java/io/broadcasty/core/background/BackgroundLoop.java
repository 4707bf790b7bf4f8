package io.broadcasty.core.background;

import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs a task in rounds, on one thread at a time, until the task ends or the loop is closed. {@link
 * BackgroundLoops} defines what happens after a failure.
 */
public final class BackgroundLoop {

  /** The task of a loop; called by one thread at a time. */
  @FunctionalInterface
  public interface Work {

    /**
     * Runs one round, and waits while there is nothing to do. An exception does not end the loop,
     * not even an {@link InterruptedException}.
     *
     * @return false when the task is finished
     */
    boolean runRound() throws InterruptedException;

    /**
     * Called when a round threw an {@link Error} and the next one will run on a new thread, so that
     * the task can fail what waits for the lost round. Called on the thread that ends, which may be
     * short of memory.
     */
    default void onError(Throwable error) {}

    /** Called once after the last round, on its thread. */
    default void onEnd() {}
  }

  private static final System.Logger LOG = System.getLogger(BackgroundLoop.class.getName());
  private static final long FAILURE_PAUSE_MILLIS = 250;
  private static final long FIRST_ERROR_PAUSE_MILLIS = 100;
  private static final long MAX_ERROR_PAUSE_MILLIS = 5000;
  private static final long NO_THREAD_PAUSE_MILLIS = 1000;

  private final BackgroundLoops loops;
  private final LoopCounts counts;
  private final FailureLog failures;
  private final Work work;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  BackgroundLoop(BackgroundLoops loops, LoopCounts counts, Work work) {
    this.loops = loops;
    this.counts = counts;
    this.failures = loops.failureLog(counts.name);
    this.work = work;
  }

  /** Starts the first thread; called once by the owner. */
  public void start() {
    loops.threadFactory(counts.name).newThread(this::run).start();
  }

  /**
   * Waits within a round that has nothing to do; returns early once {@link #close} is called.
   *
   * @return whether the loop continues
   */
  public boolean pause(long millis) {
    try {
      return !closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
      return closing.getCount() > 0;
    }
  }

  /** Asks the loop to end after the current round; see {@link #pause}. */
  public void close() {
    closing.countDown();
  }

  /**
   * Waits until the loop has ended, up to a timeout. An interrupt ends the wait, and the thread
   * stays interrupted.
   *
   * @return whether the loop has ended
   */
  public boolean join(long millis) {
    try {
      return ended.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Waits until the loop has ended, without a timeout and despite interrupts. */
  public void join() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      boolean more = true;
      while (more) {
        more = runRound();
      }
    } catch (Throwable e) {
      if (!loops.isCausedByStop(e)) {
        restart(e);
        return;
      }
      LOG.log(Level.DEBUG, counts.name + " ends because the server stops", e);
    }
    try {
      work.onEnd();
    } catch (RuntimeException | LinkageError e) { // A stopping server may no longer load classes.
      LOG.log(Level.DEBUG, "The last step of a background loop failed while the server stops", e);
    } finally {
      ended.countDown();
    }
  }

  private boolean runRound() {
    try {
      boolean more = work.runRound();
      failures.recordSuccess();
      return more;
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
    } catch (RuntimeException e) {
      counts.failures.increment();
      failures.recordFailure(e);
      var unused = pause(FAILURE_PAUSE_MILLIS);
    }
    return true;
  }

  /**
   * Starts a new thread after an {@link Error}. Allocates as little as possible before the task is
   * notified, since memory may have run out.
   */
  private void restart(Throwable error) {
    long now = loops.ticker().readNanos();
    counts.recordRestart(now);
    counts.failures.increment();
    try {
      work.onError(error);
    } catch (Throwable e) {
      logQuietly(() -> LOG.log(Level.ERROR, counts.name + ": the handler of an Error failed", e));
    }
    logQuietly(() -> LOG.log(Level.ERROR, counts.name + " threw an Error and is restarted", error));
    parkBeforeRestart(counts.recentRestarts(now));
    if (!hasStarted()) {
      counts.threadless.incrementAndGet();
      while (!hasStarted()) {
        park(NO_THREAD_PAUSE_MILLIS);
      }
      counts.threadless.decrementAndGet();
    }
  }

  private boolean hasStarted() {
    try {
      start();
      return true;
    } catch (Throwable e) { // There is no memory for a thread, or there are too many threads.
      logQuietly(
          () -> LOG.log(Level.ERROR, counts.name + " cannot be restarted yet; trying again", e));
      return false;
    }
  }

  /** Parks the thread before a restart; the first restart is immediate. */
  static void parkBeforeRestart(int recentRestarts) {
    if (recentRestarts > 1) {
      park(Math.min(MAX_ERROR_PAUSE_MILLIS, FIRST_ERROR_PAUSE_MILLIS << recentRestarts));
    }
  }

  private static void park(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /**
   * Runs a logging statement and ignores errors, since logging may need the resource that has run
   * out.
   */
  @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it
  private static void logQuietly(Runnable logging) {
    try {
      logging.run();
    } catch (Throwable e) {
      Thread.yield(); // Nothing can be logged; the loop continues.
    }
  }
}
