package io.broadcasty.delivery.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A channel or pattern followed at the broker: follows it at most once, unfollows it at most once,
 * and does not follow it after {@link #unfollow}.
 */
@ThreadSafe
final class BrokerSubscription {

  private static final long FOLLOW_TIMEOUT_SECONDS = 5;

  private final Supplier<CompletionStage<Void>> followAction;
  private final Runnable unfollowAction;

  @GuardedBy("this")
  private @Nullable CompletionStage<Void> followed;

  @GuardedBy("this")
  private boolean ended;

  BrokerSubscription(Supplier<CompletionStage<Void>> follow, Runnable unfollow) {
    this.followAction = follow;
    this.unfollowAction = unfollow;
  }

  /** Follows the channel or pattern; returns the result of {@link Broker#follow}. */
  synchronized CompletionStage<Void> follow() {
    if (ended) {
      return Broker.FOLLOWED;
    }
    if (followed == null) {
      followed = followAction.get();
    }
    return followed;
  }

  /**
   * Follows the channel or pattern and waits until its announcements arrive.
   *
   * @throws BrokerException when that fails or takes too long
   */
  void followAndWait() {
    try {
      follow().toCompletableFuture().get(FOLLOW_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new BrokerException("Cannot follow the channel", e.getCause());
    } catch (TimeoutException e) {
      throw new BrokerException("Cannot follow the channel in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("Interrupted while following the channel", e);
    }
  }

  synchronized void unfollow() {
    if (!ended && followed != null) {
      unfollowAction.run();
    }
    ended = true;
  }
}
