package io.broadcasty.infra.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Completes futures when all subscriptions are confirmed, and fails them when that is impossible
 * now. A later caller gets a new future for the next attempt.
 *
 * <p>Guarded by its owner's lock. What its methods return must be run without that lock, since it
 * runs the futures' dependents.
 */
public final class SubscriptionReadiness {

  private CompletableFuture<Void> ready = new CompletableFuture<>();
  private boolean confirmed;

  /**
   * Returns a stage that completes when the subscriptions are confirmed; exceptionally when they
   * cannot be now.
   */
  public CompletionStage<Void> stage() {
    return ready;
  }

  public boolean isConfirmed() {
    return confirmed;
  }

  /** Marks the subscriptions as confirmed; the result completes the waiting futures. */
  public Runnable confirm() {
    CompletableFuture<Void> waiting = ready;
    confirmed = true;
    return () -> waiting.complete(null);
  }

  /** Marks the subscriptions as lost; futures that wait already continue to wait. */
  public void reset() {
    if (confirmed) {
      confirmed = false;
      ready = new CompletableFuture<>();
    }
  }

  /** Fails the waiting futures, unless the subscriptions are confirmed. */
  public Runnable fail(RuntimeException why) {
    if (confirmed) {
      return () -> {};
    }
    CompletableFuture<Void> waiting = ready;
    ready = new CompletableFuture<>();
    return () -> waiting.completeExceptionally(why);
  }
}
