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
 * A channel or pattern followed at the broker: follows it at most once, unfollows it at most once,
 * and does not follow it after {@link #end}.
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

  /** Follows the channel or pattern; returns the result of {@link Broker#follow}. */
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
   * Follows the channel or pattern and waits until its announcements arrive.
   *
   * @throws BrokerException when that fails or takes too long
   */
  void await() {
    try {
      begin().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new BrokerException("Cannot follow the channel", e.getCause());
    } catch (TimeoutException e) {
      throw new BrokerException("Cannot follow the channel in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("Interrupted while following the channel", e);
    }
  }

  synchronized void end() {
    if (!ended && followed != null) {
      unfollow.run();
    }
    ended = true;
  }
}
