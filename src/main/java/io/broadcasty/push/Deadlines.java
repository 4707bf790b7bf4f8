package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Ends the waiting for a push service. */
@ThreadSafe
public final class Deadlines {

  private static final long IDLE_SECONDS = 2;

  private final Duration timeout;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * @param threads makes the one thread that looks after the time; it ends when nothing waits
   */
  public Deadlines(Duration timeout, ThreadFactory threads) {
    this.timeout = timeout;
    this.timer = new ScheduledThreadPoolExecutor(1, threads);
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
  }

  Duration timeout() {
    return timeout;
  }

  /** The outcome of work, or {@link PushOutcome.Retry} when it is not there in time. */
  public CompletableFuture<PushOutcome> within(CompletableFuture<PushOutcome> work) {
    return within(work, late -> late);
  }

  /** The same for work whose result is no outcome; {@code failure} makes one of being late. */
  public <T> CompletableFuture<T> within(
      CompletableFuture<T> work, Function<PushOutcome.Retry, T> failure) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Future<?> deadline =
        timer.schedule(
            () -> result.complete(failure.apply(late())),
            timeout.toMillis(),
            TimeUnit.MILLISECONDS);
    work.whenComplete(
        (outcome, thrown) -> {
          deadline.cancel(false);
          if (thrown == null) {
            result.complete(outcome);
          } else {
            result.completeExceptionally(unwrapped(thrown));
          }
        });
    return result;
  }

  PushOutcome.Retry late() {
    return new PushOutcome.Retry(
        "the service did not answer within " + timeout.toMillis() + " ms", null);
  }

  /** What has really happened, without what futures put around it. */
  public static Throwable unwrapped(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }
}
