package io.broadcasty.background;

import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Work that is done round by round by one thread at a time, until it is over. {@link
 * BackgroundLoops} says what follows from a failure.
 */
public final class BackgroundLoop {

  /** What a loop does. Called by one thread at a time. */
  @FunctionalInterface
  public interface Work {

    /**
     * Does a round, and waits as long as there is nothing to be done. What it throws, an {@link
     * InterruptedException} included, does not end the loop.
     *
     * @return false when it is over
     */
    boolean round() throws InterruptedException;

    /**
     * A round has met an {@link Error}, and the next comes on a new thread: to fail what waits for
     * the one that is lost. Called on the thread that ends, which may be short of memory.
     */
    default void onError(Throwable error) {}

    /** It is over: called once, after the last round, on its thread. */
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

  void start() {
    loops.threads(counts.name).newThread(this::run).start();
  }

  /**
   * Waits, for a round that has nothing to do; returns early once {@link #close} is called.
   *
   * @return whether the loop goes on
   */
  public boolean pause(long millis) {
    try {
      return !closing.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "ended by close() alone", e);
      return closing.getCount() > 0;
    }
  }

  /** Whether {@link #close} was called; the round under way ends as its work sees fit. */
  public boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Asks the loop to end after the round under way; see {@link #pause} and {@link #isClosing}. */
  public void close() {
    closing.countDown();
  }

  /**
   * Waits for the end.
   *
   * @return whether it has ended; when interrupted too, the thread then being interrupted
   */
  public boolean join(long millis) {
    try {
      return ended.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Waits for the end, however long it takes and whoever interrupts. */
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
        more = oneRound();
      }
    } catch (Throwable e) {
      if (!loops.isOfStopping(e)) {
        startAnew(e);
        return;
      }
      LOG.log(Level.DEBUG, "ends with the server", e);
    }
    try {
      work.onEnd();
    } catch (RuntimeException | LinkageError e) { // a stopping server may not load classes any more
      LOG.log(Level.DEBUG, "what comes last was left out", e);
    } finally {
      ended.countDown();
    }
  }

  private boolean oneRound() {
    try {
      boolean more = work.round();
      failures.healed();
      return more;
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "ended by close() alone", e);
    } catch (RuntimeException e) {
      counts.failures.increment();
      failures.failed(e);
      var unused = pause(FAILURE_PAUSE_MILLIS);
    }
    return true;
  }

  /** Allocates as little as can be before others are told: memory may have run out. */
  private void startAnew(Throwable error) {
    long now = loops.ticker().readNanos();
    counts.restarted(now);
    counts.failures.increment();
    try {
      work.onError(error);
    } catch (Throwable e) {
      quietly(() -> LOG.log(Level.ERROR, counts.name + " could not tell that it failed", e));
    }
    quietly(() -> LOG.log(Level.ERROR, counts.name + " met an Error and is started anew", error));
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
    } catch (Throwable e) { // there is no memory for a thread, or there are too many
      quietly(() -> LOG.log(Level.ERROR, counts.name + " cannot be started anew yet", e));
      return false;
    }
  }

  /** The first restart comes at once. */
  static void parkBeforeRestart(int recentRestarts) {
    if (recentRestarts > 1) {
      park(Math.min(MAX_ERROR_PAUSE_MILLIS, FIRST_ERROR_PAUSE_MILLIS << recentRestarts));
    }
  }

  private static void park(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** The log may need what has just run out. */
  private static void quietly(Runnable logging) {
    try {
      logging.run();
    } catch (Throwable e) {
      Thread.yield(); // nothing can be told, and the loop goes on
    }
  }
}
