package io.broadcasty.core.time;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.concurrent.TimeUnit;

/**
 * The clock of a server that nodes share, such as their database's: read from time to time, and
 * advanced by the ticker in between. What several nodes compare is measured by it, so that a node
 * whose own clock is wrong does no harm.
 */
@ThreadSafe
public final class RemoteClock implements WallClock {

  /** Reads the server's clock over the network. */
  @FunctionalInterface
  public interface Source {

    /** Returns the server's milliseconds since the Unix epoch. */
    long readMillis();
  }

  /** A reading that took longer than this is no better than the one before. */
  private static final long MAX_ROUND_TRIP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Reading(long nanos, long millis) {}

  private final Source source;
  private final Ticker ticker;
  private volatile Reading reading;

  /** Reads the clock for the first time; fails as the source does. */
  public RemoteClock(Source source, Ticker ticker) {
    this.source = source;
    this.ticker = ticker;
    this.reading = read();
  }

  /** Reads the clock again, over the network; fails as the source does. */
  public void refresh() {
    long start = ticker.readNanos();
    Reading next = read();
    if (ticker.readNanos() - start <= MAX_ROUND_TRIP_NANOS) {
      reading = next;
    }
  }

  @Override
  public long nowMillis() {
    Reading last = reading;
    return last.millis + TimeUnit.NANOSECONDS.toMillis(ticker.readNanos() - last.nanos);
  }

  /** Reads the clock, which shows the time in the middle of the round trip. */
  private Reading read() {
    long start = ticker.readNanos();
    long millis = source.readMillis();
    return new Reading(start + (ticker.readNanos() - start) / 2, millis);
  }
}
