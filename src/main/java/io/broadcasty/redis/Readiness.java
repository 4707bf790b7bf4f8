package io.broadcasty.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Whether what was subscribed to is heard of, for those who wait for that: they are told once it
 * is, or that it cannot be now; who asks later waits for the next time.
 *
 * <p>Guarded by whoever owns it. What its methods return is to be run without that lock, since it
 * runs what hangs on the answer.
 */
public final class Readiness {

  private CompletableFuture<Void> ready = new CompletableFuture<>();
  private boolean reached;

  /** Completes when it is reached; exceptionally when it cannot be now. */
  public CompletionStage<Void> stage() {
    return ready;
  }

  public boolean isReached() {
    return reached;
  }

  /** Everything is heard of from now on. */
  public Runnable reached() {
    CompletableFuture<Void> waiting = ready;
    reached = true;
    return () -> waiting.complete(null);
  }

  /** It is not any more; who waits already goes on waiting. */
  public void broken() {
    if (reached) {
      reached = false;
      ready = new CompletableFuture<>();
    }
  }

  /** It cannot be reached now; changes nothing where it is. */
  public Runnable failed(RuntimeException why) {
    if (reached) {
      return () -> {};
    }
    CompletableFuture<Void> waiting = ready;
    ready = new CompletableFuture<>();
    return () -> waiting.completeExceptionally(why);
  }
}
