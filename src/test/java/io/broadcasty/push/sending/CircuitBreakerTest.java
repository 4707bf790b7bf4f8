package io.broadcasty.push.sending;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.push.sending.CircuitBreaker.Permission;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {

  private static final int ENOUGH = CircuitBreaker.FAILURE_THRESHOLD;

  private final CircuitBreaker breaker = new CircuitBreaker();

  private void fail(int devices, long now) {
    for (int i = 0; i < devices; i++) {
      breaker.recordFailure("device-" + i, false, "503", null, now, 0.5);
    }
  }

  private void failProbe(@Nullable Duration asked, long now) {
    breaker.startProbe();
    breaker.endProbe();
    breaker.recordFailure("probe", true, "503", asked, now, 0);
  }

  private void refuse(int devices, int threshold) {
    for (int i = 0; i < devices; i++) {
      breaker.recordRefusal("device-" + i, false, "403 (setting)", threshold, 0, 0.5);
    }
  }

  @Test
  void singleDevicesDoNotStopAService() {
    for (int i = 0; i < 100; i++) {
      fail(ENOUGH - 1, 0);
      refuse(ENOUGH - 1, ENOUGH);
    }
    assertEquals(Permission.ALL, breaker.permission(0));
    assertNull(breaker.problem());
  }

  @Test
  void triesOneWhenManyDevicesFailAndPausesWhenThatFailsToo() {
    fail(ENOUGH, 0);
    assertEquals(Permission.ONE_PROBE, breaker.permission(0));
    assertEquals("503", breaker.problem());
    breaker.startProbe();
    assertEquals(Permission.NOTHING, breaker.permission(0));
    failProbe(null, 0);
    assertEquals(Permission.NOTHING, breaker.permission(749));
    assertEquals(Permission.ONE_PROBE, breaker.permission(750));
    failProbe(null, 1000);
    assertEquals(Permission.NOTHING, breaker.permission(2499));
    assertEquals(Permission.ONE_PROBE, breaker.permission(2500));
    breaker.recordAnswer();
    assertEquals(Permission.ALL, breaker.permission(2500));
    assertNull(breaker.problem());
  }

  @Test
  void lateFailuresDoNotBeginAPause() {
    fail(200, 0);
    assertEquals(Permission.ONE_PROBE, breaker.permission(0));
  }

  @Test
  void pausesForTheRequestedDelayWithinBounds() {
    fail(ENOUGH, 0);
    failProbe(Duration.ofSeconds(40), 0);
    assertEquals(40_000, breaker.pausedUntilMillis());
    failProbe(Duration.ofDays(1), 0);
    assertEquals(CircuitBreaker.MAX_PAUSE.toMillis(), breaker.pausedUntilMillis());
  }

  @Test
  void aWaveOfRefusalsPutsTheConfigurationInDoubtUntilSomethingIsAccepted() {
    refuse(ENOUGH, ENOUGH);
    assertEquals("403 (setting)", breaker.problem());
    assertEquals(Permission.ONE_PROBE, breaker.permission(0));
    breaker.recordAnswer();
    assertEquals("403 (setting)", breaker.problem(), "the service works, but for whom?");
    breaker.recordAccepted();
    assertEquals(Permission.ALL, breaker.permission(0));
    assertNull(breaker.problem());
  }

  @Test
  void onlyAnAcceptedNotificationEndsARunOfRefusals() {
    refuse(ENOUGH - 1, ENOUGH);
    breaker.recordAnswer();
    breaker.recordRefusal("another", false, "403 (setting)", ENOUGH, 0, 0.5);
    assertEquals(Permission.ONE_PROBE, breaker.permission(0));
  }

  @Test
  void oneCertainMisconfigurationIsEnough() {
    refuse(1, 1);
    assertEquals(Permission.ONE_PROBE, breaker.permission(0));
    breaker.startProbe();
    breaker.endProbe();
    breaker.recordRefusal("other", true, "401 (key)", 1, 0, 0.5);
    assertEquals("401 (key)", breaker.problem());
    assertEquals(Permission.NOTHING, breaker.permission(999));
    assertEquals(Permission.ONE_PROBE, breaker.permission(1000));
    assertTrue(breaker.pausedUntilMillis() <= CircuitBreaker.MAX_PAUSE.toMillis());
  }
}
