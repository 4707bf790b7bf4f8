package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.time.Ticker;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Limits rates with bucket4j buckets on this node, which other nodes' use can lower. The number of
 * buckets is bounded, see {@link BucketTable}.
 */
@ThreadSafe
public final class LocalRateLimiter implements RateLimiter {

  /** The part of the heap that the buckets of one kind of limit may use, in percent. */
  private static final int HEAP_PERCENT = 1;

  /** About what a bucket uses of the heap with its key. */
  private static final int BUCKET_BYTES = 700;

  private static final int MAX_BUCKETS = 200_000;

  private final RateLimits limits;

  @SuppressWarnings("ThreadSafe") // never changed after the constructor
  private final Map<Scope, BucketTable> buckets = new EnumMap<>(Scope.class);

  /** Creates a limiter whose buckets use a small part of the heap. */
  public LocalRateLimiter(RateLimits limits, Ticker ticker) {
    this(limits, ticker, maxBuckets(Runtime.getRuntime().maxMemory()));
  }

  /**
   * Creates a limiter with a number of buckets.
   *
   * @param maxBuckets how many keys of one kind of limit have buckets of their own
   */
  public LocalRateLimiter(RateLimits limits, Ticker ticker, int maxBuckets) {
    this.limits = limits;
    TickerMeter meter = new TickerMeter(ticker);
    for (Scope scope : Scope.values()) {
      buckets.put(scope, new BucketTable(limits, ticker, meter, maxBuckets));
    }
  }

  private static int maxBuckets(long heapBytes) {
    return (int) Math.min(MAX_BUCKETS, heapBytes / 100 * HEAP_PERCENT / BUCKET_BYTES + 1);
  }

  @Override
  public boolean isEnabled() {
    return limits.enabled();
  }

  @Override
  public Verdict tryAcquire(RateKey key, long permits) {
    Rate rate = limits.of(key);
    if (!limits.enabled()) {
      return new Verdict(true, key.scope(), rate.burst(), rate.burst(), Duration.ZERO);
    }
    ConsumptionProbe probe = bucket(key, rate).tryConsumeAndReturnRemaining(permits);
    return new Verdict(
        probe.isConsumed(),
        key.scope(),
        rate.burst(),
        probe.getRemainingTokens(),
        probe.isConsumed() ? Duration.ZERO : waitFor(probe));
  }

  /** Returns the permits in a bucket; negative when more was taken than available. */
  public long available(RateKey key) {
    return bucket(key, limits.of(key)).getAvailableTokens();
  }

  /** Lowers a bucket to the permits that other nodes have left in the shared one. */
  public void lowerTo(RateKey key, long available) {
    Bucket bucket = bucket(key, limits.of(key));
    long surplus = bucket.getAvailableTokens() - available;
    if (surplus > 0) {
      var unused = bucket.consumeIgnoringRateLimits(surplus);
    }
  }

  /** Returns whether a key has a bucket of its own, and does not share one with other keys. */
  public boolean hasOwnBucket(RateKey key) {
    return table(key.scope()).contains(key);
  }

  /** Returns how many keys of a kind of limit have buckets of their own. */
  public long ownBuckets(Scope scope) {
    return table(scope).size();
  }

  private BucketTable table(Scope scope) {
    return Objects.requireNonNull(buckets.get(scope));
  }

  private Bucket bucket(RateKey key, Rate rate) {
    return table(key.scope()).bucket(key).withRate(rate);
  }

  /**
   * Returns one nanosecond more than bucket4j, which rounds down: a client must not retry early.
   */
  private static Duration waitFor(ConsumptionProbe probe) {
    return Duration.ofNanos(probe.getNanosToWaitForRefill()).plusNanos(1);
  }

  private record TickerMeter(Ticker ticker) implements TimeMeter {

    @Override
    public long currentTimeNanos() {
      return ticker.readNanos();
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
