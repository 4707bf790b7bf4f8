package io.broadcasty.app;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs short tasks on few threads, and on more only while tasks block: when {@link #look} finds
 * that work waits and nothing has been finished since the last look, it adds threads. So a thousand
 * quick writes do not make a thousand threads, and a handful of peers that do not read do not stop
 * the others.
 */
final class BlockableExecutor implements Executor {

  private static final long IDLE_SECONDS = 5;

  private final ThreadPoolExecutor pool;
  private final int usualThreads;
  private final int maxThreads;
  private long finishedBefore;

  /**
   * @param usualThreads as long as nothing blocks
   * @param maxThreads how many tasks may block at once before others have to wait
   */
  BlockableExecutor(int usualThreads, int maxThreads, ThreadFactory threads) {
    this.usualThreads = usualThreads;
    this.maxThreads = maxThreads;
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
  }

  /** To be called many times a second by one thread. */
  void look() {
    boolean quiet = pool.getQueue().isEmpty();
    boolean grown = pool.getCorePoolSize() > usualThreads;
    if (quiet && !grown) {
      return; // as it is nearly always, which must cost nothing and wake nobody
    }
    long finished = pool.getCompletedTaskCount();
    boolean stuck = !quiet && finished == finishedBefore;
    finishedBefore = finished;
    if (stuck) {
      pool.setCorePoolSize(Math.min(maxThreads, pool.getCorePoolSize() * 2));
    } else if (quiet && pool.getActiveCount() <= usualThreads) {
      pool.setCorePoolSize(usualThreads);
    }
  }

  ThreadPoolExecutor pool() {
    return pool;
  }
}
