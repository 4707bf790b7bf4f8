package io.broadcasty.protocol.json;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Holds up a client that asks faster than it can be served, for a moment at most. Once it was held
 * up in vain it is not again before things have moved, so that a client whose answers never go out
 * does not keep the server's thread. For the one thread that reads a connection.
 */
final class Patience {

  private static final long MOMENT_MILLIS = 1000;

  private boolean exhausted;

  /** Waits a moment for what never fails; tells whether it has come. */
  boolean await(CompletableFuture<?> awaited) {
    if (!awaited.isDone() && !exhausted) {
      waitFor(awaited);
    }
    exhausted = !awaited.isDone();
    return !exhausted;
  }

  private static void waitFor(CompletableFuture<?> awaited) {
    try {
      awaited.get(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return; // the caller looks
    } catch (ExecutionException e) {
      throw new IllegalStateException("what is awaited is only ever completed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
