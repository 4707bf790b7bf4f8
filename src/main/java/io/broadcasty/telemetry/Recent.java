package io.broadcasty.telemetry;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.time.Ticker;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Caches a value that several meters read, so that one scrape of all of them computes it once. */
@ThreadSafe
final class Recent<T> implements Supplier<T> {

  static final Duration MAX_AGE = Duration.ofMillis(500);

  private final Supplier<T> source;
  private final Ticker ticker;

  @GuardedBy("this")
  private @Nullable T said;

  @GuardedBy("this")
  private long saidNanos;

  Recent(Supplier<T> source, Ticker ticker) {
    this.source = source;
    this.ticker = ticker;
  }

  @Override
  public synchronized T get() {
    T known = said;
    long now = ticker.readNanos();
    if (known == null || now - saidNanos >= MAX_AGE.toNanos()) {
      known = source.get();
      said = known;
      saidNanos = now;
    }
    return known;
  }
}
