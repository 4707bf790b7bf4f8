package io.broadcasty.infra.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Tests the futures of a subscription that is confirmed, lost and confirmed again. */
class SubscriptionReadinessTest {

  private final SubscriptionReadiness readiness = new SubscriptionReadiness();

  private static CompletableFuture<Void> future(CompletionStage<Void> stage) {
    return stage.toCompletableFuture();
  }

  @Test
  void waitingCallersAreCompletedWhenConfirmed() {
    CompletableFuture<Void> waiting = future(readiness.stage());
    Runnable completion = readiness.confirm();
    assertFalse(waiting.isDone(), "not before the owner has let go of its lock");
    completion.run();
    assertTrue(waiting.isDone() && !waiting.isCompletedExceptionally());
    assertTrue(future(readiness.stage()).isDone());
  }

  @Test
  void callersAfterALossWaitForTheNextConfirmation() {
    Runnable completion = readiness.confirm();
    readiness.reset(); // between the two steps of a confirmation
    CompletableFuture<Void> next = future(readiness.stage());
    completion.run();
    assertFalse(next.isDone());
    readiness.confirm().run();
    assertTrue(next.isDone());
  }

  @Test
  void aFailureReachesOnlyWaitingCallers() {
    CompletableFuture<Void> waiting = future(readiness.stage());
    readiness.fail(new IllegalStateException("unreachable")).run();
    assertTrue(waiting.isCompletedExceptionally());
    CompletionStage<Void> later = readiness.stage();
    assertNotSame(waiting, later);
    readiness.confirm().run();
    readiness.fail(new IllegalStateException("unreachable")).run();
    assertSame(later, readiness.stage());
    assertFalse(future(later).isCompletedExceptionally());
  }

  @Test
  void waitingCallersContinueToWaitAfterALoss() {
    CompletionStage<Void> waiting = readiness.stage();
    readiness.reset();
    assertSame(waiting, readiness.stage());
  }
}
