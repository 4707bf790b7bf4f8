package io.broadcasty.delivery.session;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Delays a client that sends faster than it can be served, for a second at most.
 *
 * <p>After a delay without effect, the next one is skipped until the awaited future has completed,
 * so that a client which does not read its replies does not occupy the server's thread. For the one
 * thread that reads a connection.
 */
public final class BoundedWait {

  private static final long MAX_WAIT_MILLIS = 1000;

  private boolean exhausted;

  /** Waits up to a second for a future that never fails; returns whether it has completed. */
  public boolean await(CompletableFuture<?> awaited) {
    if (!awaited.isDone() && !exhausted) {
      waitFor(awaited);
    }
    exhausted = !awaited.isDone();
    return !exhausted;
  }

  private static void waitFor(CompletableFuture<?> awaited) {
    try {
      awaited.get(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return; // the caller checks the future
    } catch (ExecutionException e) {
      throw new IllegalStateException("the awaited future must never fail", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
