package io.broadcasty.cluster.clock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.RemoteClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClockCheckTest {

  private final ManualTime time = new ManualTime();
  private final List<Boolean> changes = new ArrayList<>();
  private Duration skew = Duration.ZERO;
  private boolean answers = true;

  private final ClockCheck check =
      new ClockCheck(
          () -> time.nowMillis() + skew.toMillis(),
          new RemoteClock(this::readShared, time),
          "Redis",
          Duration.ofSeconds(30));

  private long readShared() {
    if (!answers) {
      throw new IllegalStateException("no answer");
    }
    return time.nowMillis();
  }

  private void run(Duration wrong) {
    skew = wrong;
    time.advance(Duration.ofSeconds(5));
    check.run(changes::add);
  }

  @Test
  void aRightClockIsNotMentioned() {
    try (LogCapture log = new LogCapture(ClockCheck.class)) {
      run(Duration.ZERO);
      run(Duration.ofMillis(-1999));
      assertEquals(-1999, check.skewMillis());
      assertEquals("", check.problem());
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void aWrongClockIsToldOnceAndTakesPart() {
    try (LogCapture log = new LogCapture(ClockCheck.class)) {
      for (int i = 0; i < 10; i++) {
        run(Duration.ofMillis(i % 2 == 0 ? 3000 : 1500));
      }
      assertEquals(1, log.lines().size(), log.lines().toString());
      assertTrue(check.problem().startsWith("This node's clock is 1 s ahead of that of Redis"));
      run(Duration.ZERO);
      assertEquals(2, log.lines().size(), log.lines().toString());
    }
    assertFalse(check.isTooWrong());
    assertEquals(List.of(), changes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT20M", "-PT20M", "PT70M", "PT25H", "-PT25H", "PT31S"})
  void aClockBeyondTheBoundTakesNoPartUntilItIsRight(Duration wrong) {
    run(Duration.ZERO);
    run(wrong);
    run(wrong);
    assertEquals(wrong.toMillis(), check.skewMillis());
    assertTrue(check.isTooWrong());
    assertEquals(List.of(true), changes);
    run(Duration.ofSeconds(20));
    assertTrue(check.isTooWrong(), "it does not change to and fro at the bound");
    run(Duration.ofSeconds(1));
    assertFalse(check.isTooWrong());
    assertEquals(List.of(true, false), changes);
  }

  @Test
  void aClockThatJumpsIsNoticedWhileTheStoreDoesNotAnswer() {
    run(Duration.ZERO);
    answers = false;
    run(Duration.ofHours(1));
    assertEquals(List.of(true), changes);
  }
}
