package io.broadcasty.push;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void doublesUpToFiveMinutes() {
    assertEquals(1000, Backoff.millis(1, null, 0.5));
    assertEquals(2000, Backoff.millis(2, null, 0.5));
    assertEquals(256_000, Backoff.millis(9, null, 0.5));
    assertEquals(300_000, Backoff.millis(10, null, 0.5));
    assertEquals(300_000, Backoff.millis(1_000_000, null, 0.5));
  }

  @Test
  void spreadsWhatFailedTogether() {
    assertEquals(750, Backoff.millis(1, null, 0));
    assertEquals(1250, Backoff.millis(1, null, 1));
  }

  @Test
  void comesNoSoonerThanItIsAskedTo() {
    assertEquals(60_000, Backoff.millis(7, Duration.ofMinutes(1), 0));
    assertEquals(66_000, Backoff.millis(1, Duration.ofMinutes(1), 1));
    assertEquals(0, Backoff.millis(1, Duration.ZERO, 1));
  }

  @Test
  void aSpanThatIsNoneIsNotAsked() {
    assertEquals(1000, Backoff.millis(1, Duration.ofSeconds(-5), 0.5));
  }
}
