package io.broadcasty.admin.securitylog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.securitylog.EventSampler.LeftOut;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests how many events of a minute are written, and that the others are counted. */
class EventSamplerTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final TenantId ACME = new TenantId("acme");
  private static final EventSampler.Key DENIED =
      new EventSampler.Key(SecurityEventType.DENIED, "publish", ACME);
  private static final EventSampler.Key INVALID =
      new EventSampler.Key(SecurityEventType.TOKEN_REFUSED, "invalid", null);

  private final ManualTime time = new ManualTime();
  private EventSampler sampler = sampler(4, 1000);

  private EventSampler sampler(int lines, int maxLines) {
    return new EventSampler(new SecurityLogSettings(true, lines, maxLines), time);
  }

  private int admitted(EventSampler.Key key, @Nullable String address, int events) {
    int admitted = 0;
    for (int i = 0; i < events; i++) {
      admitted += sampler.admit(key, address) ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void writesTheFirstOfAMinuteAndCountsTheOthers() {
    assertEquals(4, admitted(DENIED, null, 10));
    time.advance(MINUTE.minusNanos(1));
    assertEquals(List.of(), sampler.endElapsed());
    time.advance(Duration.ofNanos(1));
    assertEquals(List.of(new LeftOut(DENIED, 6, null)), sampler.endElapsed());
    assertEquals(List.of(), sampler.endElapsed());
    assertEquals(4, admitted(DENIED, null, 10), "a new minute has new lines");
  }

  @Test
  void aMinuteThatNobodyAskedAboutIsCountedToo() {
    admitted(DENIED, null, 7);
    time.advance(MINUTE);
    admitted(DENIED, null, 5);
    assertEquals(List.of(new LeftOut(DENIED, 3, null)), sampler.endElapsed());
    assertEquals(List.of(new LeftOut(DENIED, 1, null)), sampler.endAll());
  }

  @Test
  void oneAddressLeavesHalfOfTheLinesToOthers() {
    assertEquals(2, admitted(INVALID, "192.0.2.1", 500));
    assertEquals(2, admitted(INVALID, "192.0.2.2", 500));
    assertEquals(0, admitted(INVALID, "192.0.2.3", 1));
  }

  @Test
  void namesTheAddressThatAllLeftOutEventsCameFrom() {
    admitted(INVALID, "192.0.2.1", 500);
    time.advance(MINUTE);
    assertEquals(List.of(new LeftOut(INVALID, 498, "192.0.2.1")), sampler.endElapsed());
    admitted(INVALID, "192.0.2.1", 500);
    admitted(INVALID, "192.0.2.2", 500);
    time.advance(MINUTE);
    assertEquals(List.of(new LeftOut(INVALID, 996, null)), sampler.endElapsed());
    admitted(INVALID, "192.0.2.1", 3);
    admitted(INVALID, "192.0.2.2", 3);
    admitted(INVALID, "192.0.2.1", 3);
    assertEquals(List.of(new LeftOut(INVALID, 5, null)), sampler.endAll());
  }

  @Test
  void tenantsAndCausesDoNotTakeLinesFromEachOther() {
    admitted(DENIED, null, 100);
    assertEquals(
        4,
        admitted(
            new EventSampler.Key(SecurityEventType.DENIED, "publish", new TenantId("b")), null, 9));
    assertEquals(
        4, admitted(new EventSampler.Key(SecurityEventType.DENIED, "subscribe", ACME), null, 9));
  }

  @Test
  void allTogetherHaveALimit() {
    sampler = sampler(4, 6);
    assertEquals(4, admitted(DENIED, null, 100));
    assertEquals(2, admitted(INVALID, null, 100));
    time.advance(MINUTE);
    assertEquals(4, admitted(DENIED, null, 100));
  }

  @Test
  void manyTenantsTakeBoundedMemory() {
    for (int i = 0; i < 3 * EventSampler.MAX_WINDOWS; i++) {
      sampler.admit(
          new EventSampler.Key(SecurityEventType.DENIED, "publish", new TenantId("t" + i)), null);
    }
    List<LeftOut> ended = sampler.endAll();
    assertTrue(ended.size() <= EventSampler.MAX_WINDOWS + 1, () -> ended.size() + " counts");
    long leftOut = ended.stream().mapToLong(LeftOut::count).sum();
    assertEquals(3 * EventSampler.MAX_WINDOWS - 1000, leftOut, "1000 lines in all, others counted");
  }

  @Test
  void withoutLinesEverythingIsCounted() {
    sampler = sampler(0, 1000);
    assertFalse(sampler.admit(DENIED, "192.0.2.1"));
    assertEquals(List.of(new LeftOut(DENIED, 1, "192.0.2.1")), sampler.endAll());
  }
}
