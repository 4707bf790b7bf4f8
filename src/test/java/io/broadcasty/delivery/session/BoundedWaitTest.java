package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BoundedWaitTest {

  private final BoundedWait boundedWait = new BoundedWait();

  @Test
  void doesNotWaitForACompletedFuture() {
    assertTrue(boundedWait.await(CompletableFuture.completedFuture(null)));
  }

  @Test
  void returnsWhenTheFutureCompletes() {
    CompletableFuture<String> awaited = new CompletableFuture<>();
    var unused = CompletableFuture.runAsync(() -> awaited.complete("here"));
    assertTrue(boundedWait.await(awaited));
  }

  @Test
  void doesNotWaitAgainUntilTheFutureHasCompleted() {
    CompletableFuture<String> never = new CompletableFuture<>();
    assertFalse(boundedWait.await(never));
    assertTimeoutPreemptively(
        Duration.ofMillis(900),
        () -> {
          for (int i = 0; i < 1000; i++) {
            assertFalse(boundedWait.await(never));
          }
        });
    never.complete("at last");
    assertTrue(boundedWait.await(never));
  }
}
