package io.broadcasty.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription follows at the broker: begun at most once, ended at most once, and not begun
 * any more once it has ended.
 */
@ThreadSafe
final class Interest {

  private static final long PATIENCE_SECONDS = 5;

  private final Supplier<CompletionStage<Void>> follow;
  private final Runnable unfollow;

  @GuardedBy("this")
  private @Nullable CompletionStage<Void> followed;

  @GuardedBy("this")
  private boolean ended;

  Interest(Supplier<CompletionStage<Void>> follow, Runnable unfollow) {
    this.follow = follow;
    this.unfollow = unfollow;
  }

  /** What {@link Broker#follow} said. */
  synchronized CompletionStage<Void> begin() {
    if (ended) {
      return Broker.HEARD;
    }
    if (followed == null) {
      followed = follow.get();
    }
    return followed;
  }

  /**
   * Begins, and waits until everything is heard of from then on.
   *
   * @throws BrokerException when that cannot be had in time
   */
  void await() {
    try {
      begin().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new BrokerException("the channel cannot be followed", e.getCause());
    } catch (TimeoutException e) {
      throw new BrokerException("the channel could not be followed in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted", e);
    }
  }

  synchronized void end() {
    if (!ended && followed != null) {
      unfollow.run();
    }
    ended = true;
  }
}
