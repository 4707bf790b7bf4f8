package io.broadcasty.push.sending;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void doublesUpToFiveMinutes() {
    assertEquals(1000, Backoff.delayMillis(1, null, 0.5));
    assertEquals(2000, Backoff.delayMillis(2, null, 0.5));
    assertEquals(256_000, Backoff.delayMillis(9, null, 0.5));
    assertEquals(300_000, Backoff.delayMillis(10, null, 0.5));
    assertEquals(300_000, Backoff.delayMillis(1_000_000, null, 0.5));
  }

  @Test
  void addsJitter() {
    assertEquals(750, Backoff.delayMillis(1, null, 0));
    assertEquals(1250, Backoff.delayMillis(1, null, 1));
  }

  @Test
  void respectsTheRequestedDelay() {
    assertEquals(60_000, Backoff.delayMillis(7, Duration.ofMinutes(1), 0));
    assertEquals(66_000, Backoff.delayMillis(1, Duration.ofMinutes(1), 1));
    assertEquals(0, Backoff.delayMillis(1, Duration.ZERO, 1));
  }

  @Test
  void ignoresANegativeDelay() {
    assertEquals(1000, Backoff.delayMillis(1, Duration.ofSeconds(-5), 0.5));
  }
}
