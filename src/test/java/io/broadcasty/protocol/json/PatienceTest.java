package io.broadcasty.protocol.json;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PatienceTest {

  private final Patience patience = new Patience();

  @Test
  void whatIsThereIsNotWaitedFor() {
    assertTrue(patience.await(CompletableFuture.completedFuture(null)));
  }

  @Test
  void whatComesWhileWaitingHasCome() {
    CompletableFuture<String> awaited = new CompletableFuture<>();
    CompletableFuture.runAsync(() -> awaited.complete("here"));
    assertTrue(patience.await(awaited));
  }

  @Test
  void whoWaitedInVainDoesNotWaitAgainUntilSomethingMoved() {
    CompletableFuture<String> never = new CompletableFuture<>();
    assertFalse(patience.await(never));
    assertTimeoutPreemptively(
        Duration.ofMillis(900),
        () -> {
          for (int i = 0; i < 1000; i++) {
            assertFalse(patience.await(never));
          }
        });
    never.complete("at last");
    assertTrue(patience.await(never));
  }
}
