package io.broadcasty.core.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock and ticker that advance only when a test calls {@link #advance}; both move together. */
public final class ManualTime implements Ticker, WallClock {

  private static final Instant START = Instant.parse("2026-09-21T12:00:00Z");

  private final AtomicLong elapsedNanos = new AtomicLong();

  /** Advances both clocks. */
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
