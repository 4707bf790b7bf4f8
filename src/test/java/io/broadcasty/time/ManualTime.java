package io.broadcasty.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Time that moves only when a test says so; both clocks move together. */
public final class ManualTime implements Ticker, WallClock {

  private static final Instant START = Instant.parse("2026-09-21T12:00:00Z");

  private final AtomicLong elapsedNanos = new AtomicLong();

  /** Lets time pass. */
  public void advance(Duration by) {
    elapsedNanos.addAndGet(by.toNanos());
  }

  @Override
  public long readNanos() {
    return elapsedNanos.get();
  }

  @Override
  public long nowMillis() {
    return START.toEpochMilli() + elapsedNanos.get() / 1_000_000;
  }
}
