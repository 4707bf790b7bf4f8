package io.broadcasty.app;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs short tasks on few threads, and on more only while tasks block: when work waits and nothing
 * has been finished from one look to the next, it adds threads. So a thousand quick writes do not
 * make a thousand threads, and a handful of peers that do not read do not stop the others.
 */
final class BlockableExecutor implements Executor {

  private static final long IDLE_SECONDS = 5;

  private final ThreadPoolExecutor pool;
  private final int usualThreads;
  private final int maxThreads;

  /** Runs a task a moment later, on a thread of its own. */
  private final Executor soon;

  private final AtomicBoolean watched = new AtomicBoolean();
  private final Runnable look = this::look;
  private long finishedBefore; // by the thread of looks

  /**
   * @param usualThreads as long as nothing blocks
   * @param maxThreads how many tasks may block at once before others have to wait
   * @param soon runs a look some time later, one at a time; asked only while work waits
   */
  BlockableExecutor(int usualThreads, int maxThreads, ThreadFactory threads, Executor soon) {
    this.usualThreads = usualThreads;
    this.maxThreads = maxThreads;
    this.soon = soon;
    this.pool =
        new ThreadPoolExecutor(
            usualThreads,
            maxThreads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads,
            new ThreadPoolExecutor.DiscardPolicy()); // refuses only once it is shut down
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
    if (!pool.getQueue().isEmpty()) {
      watch();
    }
  }

  ThreadPoolExecutor pool() {
    return pool;
  }

  private void watch() {
    if (!watched.get() && watched.compareAndSet(false, true)) {
      soon.execute(look);
    }
  }

  private void look() {
    watched.set(false);
    boolean waiting = !pool.getQueue().isEmpty();
    long finished = pool.getCompletedTaskCount();
    if (waiting && finished == finishedBefore) {
      pool.setCorePoolSize(Math.min(maxThreads, pool.getCorePoolSize() * 2));
    } else if (!waiting && pool.getActiveCount() <= usualThreads) {
      pool.setCorePoolSize(usualThreads);
    }
    finishedBefore = finished;
    if (waiting || pool.getCorePoolSize() > usualThreads) {
      watch();
    }
  }
}
