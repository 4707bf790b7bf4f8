package io.broadcasty.push.provider;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.http.CallFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Completes calls to a push service with {@link ProviderResponse.Retry} when the timeout ends. */
@ThreadSafe
public final class ResponseTimeouts {

  private static final long IDLE_SECONDS = 2;

  private final Duration timeout;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * Creates a timer that starts its thread when it is needed.
   *
   * @param threads makes the timer's one thread, which ends when no call is pending
   */
  public ResponseTimeouts(Duration timeout, ThreadFactory threads) {
    this.timeout = timeout;
    this.timer = new ScheduledThreadPoolExecutor(1, threads);
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
  }

  Duration timeout() {
    return timeout;
  }

  /**
   * Returns the outcome of the work, or {@link ProviderResponse.Retry} when it does not complete
   * within the timeout.
   */
  public CompletableFuture<ProviderResponse> withTimeout(CompletableFuture<ProviderResponse> work) {
    return withTimeout(work, late -> late);
  }

  /**
   * Returns the result of the work, or what {@code failure} makes of the timeout, for work whose
   * result is not a {@link ProviderResponse}.
   */
  public <T> CompletableFuture<T> withTimeout(
      CompletableFuture<T> work, Function<ProviderResponse.Retry, T> failure) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Future<?> deadline =
        timer.schedule(
            () -> result.complete(failure.apply(timedOut())),
            timeout.toMillis(),
            TimeUnit.MILLISECONDS);
    var unused =
        work.whenComplete(
            (outcome, thrown) -> {
              deadline.cancel(false);
              if (thrown == null) {
                result.complete(outcome);
              } else {
                result.completeExceptionally(CallFailure.unwrap(thrown));
              }
            });
    return result;
  }

  ProviderResponse.Retry timedOut() {
    return new ProviderResponse.Retry(
        "the service did not answer within " + timeout.toMillis() + " ms", null);
  }
}
