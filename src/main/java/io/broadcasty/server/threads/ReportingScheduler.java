package io.broadcasty.server.threads;

import io.broadcasty.core.background.BackgroundLoops;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * A single-threaded scheduler that logs and counts the exceptions of its tasks; the JDK's scheduler
 * keeps them in a future that nobody reads. Silently rejects tasks after its shutdown.
 */
public final class ReportingScheduler extends ScheduledThreadPoolExecutor {

  private final BackgroundLoops loops;
  private final String name;

  /**
   * Creates the scheduler.
   *
   * @param name of the thread, and of the scheduler in the meters
   */
  ReportingScheduler(BackgroundLoops loops, String name) {
    super(1, loops.threadFactory(name), new ThreadPoolExecutor.DiscardPolicy());
    this.loops = loops;
    this.name = name;
  }

  @Override
  protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
    super.afterExecute(task, thrown);
    if (task instanceof Future<?> future && future.isDone() && !future.isCancelled()) {
      try {
        future.get();
      } catch (ExecutionException e) {
        loops.reportFailure(name, e.getCause() == null ? e : e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
