package io.broadcasty.observability.meters;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Caches a value that several meters read, so that one scrape of all of them computes it once. */
@ThreadSafe
final class CachedValue<T> implements Supplier<T> {

  static final Duration MAX_AGE = Duration.ofMillis(500);

  private final Supplier<T> source;
  private final Ticker ticker;

  @GuardedBy("this")
  private @Nullable T value;

  @GuardedBy("this")
  private long cachedNanos;

  CachedValue(Supplier<T> source, Ticker ticker) {
    this.source = source;
    this.ticker = ticker;
  }

  @Override
  public synchronized T get() {
    T known = value;
    long now = ticker.readNanos();
    if (known == null || now - cachedNanos >= MAX_AGE.toNanos()) {
      known = source.get();
      value = known;
      cachedNanos = now;
    }
    return known;
  }
}
