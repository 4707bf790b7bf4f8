package io.broadcasty.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until a test moves it. */
public final class ManualTime implements Ticker, WallClock {

  private final AtomicLong nanos =
      new AtomicLong(
          Duration.between(Instant.EPOCH, Instant.parse("2026-01-01T00:00:00Z")).toNanos());

  public void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
  }

  @Override
  public long readNanos() {
    return nanos.get();
  }

  @Override
  public long nowMillis() {
    return nanos.get() / 1_000_000;
  }
}
