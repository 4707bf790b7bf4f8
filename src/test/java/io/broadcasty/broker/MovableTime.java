package io.broadcasty.broker;

import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker and a wall clock that move together, and only when told to. */
public final class MovableTime {

  private final AtomicLong nanos = new AtomicLong();
  private final long startMillis = 1_790_000_000_000L;

  public Ticker ticker() {
    return nanos::get;
  }

  public WallClock clock() {
    return () -> startMillis + nanos.get() / 1_000_000;
  }

  public void advance(Duration by) {
    nanos.addAndGet(by.toNanos());
  }
}
