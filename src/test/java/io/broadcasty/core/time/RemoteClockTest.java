package io.broadcasty.core.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RemoteClockTest {

  private final ManualTime time = new ManualTime();
  private final AtomicLong remote = new AtomicLong(1_000_000);
  private Duration roundTrip = Duration.ZERO;

  private long read() {
    time.advance(roundTrip);
    return remote.get();
  }

  @Test
  void advancesWithTheTickerBetweenReadings() {
    RemoteClock clock = new RemoteClock(this::read, time);
    assertEquals(1_000_000, clock.nowMillis());
    time.advance(Duration.ofSeconds(3));
    assertEquals(1_003_000, clock.nowMillis());
    remote.set(2_000_000);
    clock.refresh();
    assertEquals(2_000_000, clock.nowMillis());
  }

  @Test
  void takesTheMiddleOfTheRoundTrip() {
    roundTrip = Duration.ofMillis(100);
    RemoteClock clock = new RemoteClock(this::read, time);
    assertEquals(1_000_050, clock.nowMillis());
  }

  @Test
  void keepsTheReadingBeforeOneThatTookTooLong() {
    RemoteClock clock = new RemoteClock(this::read, time);
    roundTrip = Duration.ofSeconds(5);
    remote.set(1_000_001);
    clock.refresh();
    assertEquals(1_005_000, clock.nowMillis());
  }

  @Test
  void goesOnWhileTheServerDoesNotAnswer() {
    RemoteClock clock =
        new RemoteClock(
            () -> {
              if (remote.getAndIncrement() > 1_000_000) {
                throw new IllegalStateException("no answer");
              }
              return 5000;
            },
            time);
    time.advance(Duration.ofHours(1));
    assertThrows(IllegalStateException.class, clock::refresh);
    assertEquals(3_605_000, clock.nowMillis());
  }
}
