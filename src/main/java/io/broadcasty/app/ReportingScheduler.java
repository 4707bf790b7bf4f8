package io.broadcasty.app;

import io.broadcasty.background.BackgroundLoops;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler of one thread that logs and counts what its tasks throw, where the JDK's keeps it in
 * a future that nobody looks at. Takes no tasks after its shutdown, and does not say so.
 */
final class ReportingScheduler extends ScheduledThreadPoolExecutor {

  private final BackgroundLoops loops;
  private final String name;

  /**
   * @param name of the thread and in the meters
   */
  ReportingScheduler(BackgroundLoops loops, String name) {
    super(1, loops.threads(name), new ThreadPoolExecutor.DiscardPolicy());
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
        loops.failed(name, e.getCause() == null ? e : e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
