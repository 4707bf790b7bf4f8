package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs calls that may hang on threads of their own. The caller waits for a limited time, then goes
 * on with an {@link SQLException} and leaves the call behind; its thread ends when the call does.
 */
@ThreadSafe
final class BoundedCalls implements AutoCloseable {

  /** The SQL state of a connection that failed. */
  private static final String CONNECTION_FAILURE = "08006";

  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads;
  private final Ticker ticker = Ticker.system();

  /** Creates the calls of one database. At most 64 run or hang at a time. */
  BoundedCalls(ThreadFactory threads) {
    this.threads =
        new ThreadPoolExecutor(
            0,
            DatabaseLimits.MAX_BOUNDED_CALLS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            threads);
  }

  /**
   * Runs a call on another thread, never interrupted, and waits for it. The caller is thrown what
   * it throws.
   *
   * @param abandoned called before this method throws because the call has not ended in time
   */
  <T> T run(Transactions.Call<T> call, Duration limit, Runnable abandoned) throws SQLException {
    FutureTask<T> task = new FutureTask<>(call::run);
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      throw new SQLTransientConnectionException(
          "too many calls wait for the database", CONNECTION_FAILURE, e);
    }
    return await(task, ticker.readNanos() + limit.toNanos(), abandoned);
  }

  private <T> T await(FutureTask<T> task, long deadlineNanos, Runnable abandoned)
      throws SQLException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get(deadlineNanos - ticker.readNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (TimeoutException e) {
          abandoned.run();
          throw new SQLTransientConnectionException(
              "the database does not answer in time", CONNECTION_FAILURE, e);
        } catch (ExecutionException e) {
          throw failure(e.getCause() == null ? e : e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static SQLException failure(Throwable cause) {
    if (cause instanceof SQLException e) {
      return e;
    }
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    throw new IllegalStateException(cause);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
