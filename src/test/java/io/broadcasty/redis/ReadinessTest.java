package io.broadcasty.redis;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Tests the futures of a subscription that is confirmed, lost and confirmed again. */
class ReadinessTest {

  private final Readiness readiness = new Readiness();

  private static CompletableFuture<Void> future(CompletionStage<Void> stage) {
    return stage.toCompletableFuture();
  }

  @Test
  void whoWaitsIsToldOnceItIsReached() {
    CompletableFuture<Void> waiting = future(readiness.stage());
    Runnable tell = readiness.reached();
    assertFalse(waiting.isDone(), "not before the owner has let go of its lock");
    tell.run();
    assertTrue(waiting.isDone() && !waiting.isCompletedExceptionally());
    assertTrue(future(readiness.stage()).isDone());
  }

  @Test
  void whoAsksWhileItIsBrokenWaitsForTheNextTime() {
    Runnable tell = readiness.reached();
    readiness.broken(); // between the two steps of a confirmation
    CompletableFuture<Void> next = future(readiness.stage());
    tell.run();
    assertFalse(next.isDone());
    readiness.reached().run();
    assertTrue(next.isDone());
  }

  @Test
  void aFailureIsToldToThoseWhoWaitAlone() {
    CompletableFuture<Void> waiting = future(readiness.stage());
    readiness.failed(new IllegalStateException("away")).run();
    assertTrue(waiting.isCompletedExceptionally());
    CompletionStage<Void> later = readiness.stage();
    assertNotSame(waiting, later);
    readiness.reached().run();
    readiness.failed(new IllegalStateException("away")).run();
    assertSame(later, readiness.stage());
    assertFalse(future(later).isCompletedExceptionally());
  }

  @Test
  void whoWaitsGoesOnWaitingWhenItBreaksBefore() {
    CompletionStage<Void> waiting = readiness.stage();
    readiness.broken();
    assertSame(waiting, readiness.stage());
  }
}
