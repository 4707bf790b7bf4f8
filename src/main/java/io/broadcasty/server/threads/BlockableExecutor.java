package io.broadcasty.server.threads;

import io.broadcasty.core.background.BackgroundLoops;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Runs short tasks on few threads, and adds threads only while tasks block.
 *
 * <p>When tasks wait and none has finished between two checks, the executor doubles its threads. A
 * thousand quick writes therefore do not start a thousand threads, and a handful of peers that do
 * not read do not stop the others. A thread runs all waiting tasks before it ends, so a burst costs
 * one hand-over for each thread instead of one for each task.
 */
final class BlockableExecutor implements Executor {

  private static final long IDLE_SECONDS = 5;

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final LongAdder finished = new LongAdder();
  private final AtomicInteger workingThreads = new AtomicInteger();
  private final BackgroundLoops loops;
  private final String name;
  private final ExecutorService pool;
  private final int usualThreads;
  private final int maxThreads;

  /** Runs a task after a short delay, on a thread of its own. */
  private final Executor delayedExecutor;

  private final AtomicBoolean checkScheduled = new AtomicBoolean();
  private final Runnable work = this::work;
  private final Runnable check = this::checkProgress;

  /** The number of threads that may run tasks now. */
  private volatile int threads;

  private long finishedBefore; // used by the checking thread only

  /**
   * Creates an executor that has no threads yet.
   *
   * @param usualThreads the limit of threads as long as nothing blocks
   * @param maxThreads the number of tasks that may block at once before others have to wait
   * @param name of the threads, and of the executor in the meters
   * @param soon runs a check after a delay, one at a time; used only while tasks wait
   */
  BlockableExecutor(
      int usualThreads, int maxThreads, BackgroundLoops loops, String name, Executor soon) {
    this.loops = loops;
    this.name = name;
    this.usualThreads = usualThreads;
    this.maxThreads = maxThreads;
    this.threads = usualThreads;
    this.delayedExecutor = soon;
    this.pool =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // execute() limits the threads
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            loops.threadFactory(name),
            new ThreadPoolExecutor.DiscardPolicy()); // rejects only after shutdown
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (!startThread()) {
      scheduleCheck();
    }
  }

  /**
   * Returns the thread pool, to be shut down at the end; it still runs the tasks that wait then.
   */
  ExecutorService pool() {
    return pool;
  }

  /** Returns how many threads may run tasks now. */
  int threads() {
    return threads;
  }

  /** Returns how many tasks have not begun. */
  int waitingTasks() {
    return tasks.size();
  }

  /** Returns how many tasks have ended, with or without an exception. */
  long finishedTasks() {
    return finished.sum();
  }

  private boolean startThread() {
    for (int now = workingThreads.get(); now < threads; now = workingThreads.get()) {
      if (workingThreads.compareAndSet(now, now + 1)) {
        pool.execute(work);
        return true;
      }
    }
    return false;
  }

  private void work() {
    try {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        run(task);
        finished.increment();
      }
    } finally {
      workingThreads.decrementAndGet();
      if (!tasks.isEmpty()) {
        startThread(); // the task was added after the last poll, while this thread still counted as
        // working
      }
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) { // a failed task does not stop the next one
      loops.reportFailure(name, e);
    }
  }

  private void scheduleCheck() {
    if (!checkScheduled.get() && checkScheduled.compareAndSet(false, true)) {
      delayedExecutor.execute(check);
    }
  }

  private void checkProgress() {
    checkScheduled.set(false);
    boolean waiting = !tasks.isEmpty();
    long now = finished.sum();
    if (waiting && now == finishedBefore) {
      threads = Math.min(maxThreads, threads * 2);
      for (int left = tasks.size(); left > 0 && startThread(); left--) {
        // One thread for each waiting task at most: a thread that finds no task ends at once, so an
        // unbounded loop would start threads forever.
      }
    } else if (!waiting && workingThreads.get() <= usualThreads) {
      threads = usualThreads;
    }
    finishedBefore = now;
    if (waiting || threads > usualThreads) {
      scheduleCheck();
    }
  }
}
