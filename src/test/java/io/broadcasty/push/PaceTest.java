package io.broadcasty.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final Pace pace = new Pace(100);

  private void refuse(int times, long now) {
    for (int i = 0; i < times; i++) {
      pace.refused("503", null, now, 0.5);
    }
  }

  @Test
  void singleDevicesDoNotStopAService() {
    for (int i = 0; i < 20; i++) {
      refuse(Pace.IN_A_ROW - 1, 0);
      pace.served();
    }
    assertEquals(100, pace.limit(0));
    assertNull(pace.trouble());
  }

  @Test
  void severalInARowPauseItAndOneTriesItAgain() {
    refuse(Pace.IN_A_ROW, 0);
    assertEquals(0, pace.limit(0));
    assertEquals(0, pace.limit(999));
    assertEquals("503", pace.trouble());
    assertEquals(1, pace.limit(1000));
    pace.refused("503", null, 1000, 0.5);
    assertEquals(0, pace.limit(2999));
    assertEquals(1, pace.limit(3000));
    pace.served();
    assertEquals(100, pace.limit(3000));
    assertNull(pace.trouble());
  }

  @Test
  void whatWasUnderWayDoesNotPauseItLonger() {
    refuse(80, 0);
    assertEquals(1, pace.limit(1000));
  }

  @Test
  void pausesForAsLongAsItIsAskedTo() {
    for (int i = 0; i < Pace.IN_A_ROW; i++) {
      pace.refused("429", Duration.ofSeconds(40), 0, 0);
    }
    assertEquals(0, pace.limit(39_999));
    assertEquals(1, pace.limit(40_000));
  }

  @Test
  void aFaultOfTheSettingsPausesAtOnce() {
    pace.misconfigured("401 (broadcasty.push.fcm.service-account)", 0);
    pace.misconfigured("401 (broadcasty.push.fcm.service-account)", 5);
    assertEquals(0, pace.limit(59_999));
    assertEquals(1, pace.limit(60_000));
    assertEquals("401 (broadcasty.push.fcm.service-account)", pace.trouble());
    pace.served();
    assertEquals(100, pace.limit(60_000));
  }
}
