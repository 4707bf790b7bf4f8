package io.broadcasty.push.sending;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

  private final CircuitBreaker breaker = new CircuitBreaker(100);

  private void refuse(int times, long now) {
    for (int i = 0; i < times; i++) {
      breaker.recordFailure("503", null, now, 0.5);
    }
  }

  @Test
  void singleDevicesDoNotStopAService() {
    for (int i = 0; i < 20; i++) {
      refuse(CircuitBreaker.FAILURE_THRESHOLD - 1, 0);
      breaker.recordSuccess();
    }
    assertEquals(100, breaker.maxInFlight(0));
    assertNull(breaker.problem());
  }

  @Test
  void opensAfterSeveralFailuresAndTriesOne() {
    refuse(CircuitBreaker.FAILURE_THRESHOLD, 0);
    assertEquals(0, breaker.maxInFlight(0));
    assertEquals(0, breaker.maxInFlight(999));
    assertEquals("503", breaker.problem());
    assertEquals(1, breaker.maxInFlight(1000));
    breaker.recordFailure("503", null, 1000, 0.5);
    assertEquals(0, breaker.maxInFlight(2999));
    assertEquals(1, breaker.maxInFlight(3000));
    breaker.recordSuccess();
    assertEquals(100, breaker.maxInFlight(3000));
    assertNull(breaker.problem());
  }

  @Test
  void lateFailuresDoNotExtendThePause() {
    refuse(80, 0);
    assertEquals(1, breaker.maxInFlight(1000));
  }

  @Test
  void pausesForTheRequestedDelay() {
    for (int i = 0; i < CircuitBreaker.FAILURE_THRESHOLD; i++) {
      breaker.recordFailure("429", Duration.ofSeconds(40), 0, 0);
    }
    assertEquals(0, breaker.maxInFlight(39_999));
    assertEquals(1, breaker.maxInFlight(40_000));
  }

  @Test
  void aMisconfigurationPausesAtOnce() {
    breaker.recordMisconfiguration("401 (broadcasty.push.fcm.service-account)", 0);
    breaker.recordMisconfiguration("401 (broadcasty.push.fcm.service-account)", 5);
    assertEquals(0, breaker.maxInFlight(59_999));
    assertEquals(1, breaker.maxInFlight(60_000));
    assertEquals("401 (broadcasty.push.fcm.service-account)", breaker.problem());
    breaker.recordSuccess();
    assertEquals(100, breaker.maxInFlight(60_000));
  }
}
