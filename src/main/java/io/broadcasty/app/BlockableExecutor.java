package io.broadcasty.app;

import io.broadcasty.background.BackgroundLoops;
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
 * Runs short tasks on few threads, and on more only while tasks block: when work waits and nothing
 * has been finished from one look to the next, it adds threads. So a thousand quick writes do not
 * make a thousand threads, and a handful of peers that do not read do not stop the others.
 *
 * <p>A thread works off all that waits before it goes, so a burst costs a hand-over a thread and
 * not one a task.
 */
final class BlockableExecutor implements Executor {

  private static final long IDLE_SECONDS = 5;

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final LongAdder finished = new LongAdder();
  private final AtomicInteger atWork = new AtomicInteger();
  private final BackgroundLoops loops;
  private final String name;
  private final ExecutorService pool;
  private final int usualThreads;
  private final int maxThreads;

  /** Runs a task a moment later, on a thread of its own. */
  private final Executor soon;

  private final AtomicBoolean watched = new AtomicBoolean();
  private final Runnable work = this::work;
  private final Runnable look = this::look;

  /** How many may be at work now. */
  private volatile int threads;

  private long finishedBefore; // by the thread of looks

  /**
   * @param name of the threads and in the meters
   * @param usualThreads as long as nothing blocks
   * @param maxThreads how many tasks may block at once before others have to wait
   * @param soon runs a look some time later, one at a time; asked only while work waits
   */
  BlockableExecutor(
      int usualThreads, int maxThreads, BackgroundLoops loops, String name, Executor soon) {
    this.loops = loops;
    this.name = name;
    this.usualThreads = usualThreads;
    this.maxThreads = maxThreads;
    this.threads = usualThreads;
    this.soon = soon;
    this.pool =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // those at work are counted here
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            loops.threads(name),
            new ThreadPoolExecutor.DiscardPolicy()); // refuses only once it is shut down
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (!hire()) {
      watch();
    }
  }

  /** To be shut down at the end; what waits then is still done. */
  ExecutorService pool() {
    return pool;
  }

  /** How many threads may be at work now. */
  int threads() {
    return threads;
  }

  /** How many tasks have not begun. */
  int waiting() {
    return tasks.size();
  }

  /** How many tasks have ended, well or badly. */
  long finished() {
    return finished.sum();
  }

  private boolean hire() {
    for (int now = atWork.get(); now < threads; now = atWork.get()) {
      if (atWork.compareAndSet(now, now + 1)) {
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
      atWork.decrementAndGet();
      if (!tasks.isEmpty()) {
        hire(); // it came when this thread had looked, and seemed to be at work
      }
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) { // whatever it is, the next task is another's
      loops.failed(name, e);
    }
  }

  private void watch() {
    if (!watched.get() && watched.compareAndSet(false, true)) {
      soon.execute(look);
    }
  }

  private void look() {
    watched.set(false);
    boolean waiting = !tasks.isEmpty();
    long now = finished.sum();
    if (waiting && now == finishedBefore) {
      threads = Math.min(maxThreads, threads * 2);
      for (int left = tasks.size(); left > 0 && hire(); left--) {
        // one for each that waits: those that find nothing left are gone at once, and would be
        // hired again for ever
      }
    } else if (!waiting && atWork.get() <= usualThreads) {
      threads = usualThreads;
    }
    finishedBefore = now;
    if (waiting || threads > usualThreads) {
      watch();
    }
  }
}
