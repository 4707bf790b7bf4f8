package io.broadcasty.core.ratelimit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.time.Ticker;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Limits rates with bucket4j buckets on this node, which other nodes' use can lower. A bucket is
 * removed once it would be full again, so memory follows the recent callers.
 */
@ThreadSafe
public final class LocalRateLimiter implements RateLimiter {

  private static final long MAX_BUCKETS_PER_SCOPE = 200_000;

  private final RateLimits limits;
  private final Map<Scope, LoadingCache<RateKey, RatedBucket>> buckets = new EnumMap<>(Scope.class);

  public LocalRateLimiter(RateLimits limits, Ticker ticker) {
    this.limits = limits;
    TickerMeter meter = new TickerMeter(ticker);
    for (Scope scope : Scope.values()) {
      buckets.put(
          scope,
          Caffeine.newBuilder()
              .maximumSize(MAX_BUCKETS_PER_SCOPE)
              .expireAfter(new UntilFull(limits))
              .ticker(ticker::readNanos)
              .executor(Runnable::run)
              .build(key -> new RatedBucket(limits.of(key), meter)));
    }
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

  private Bucket bucket(RateKey key, Rate rate) {
    return Objects.requireNonNull(buckets.get(key.scope())).get(key).withRate(rate);
  }

  /**
   * Returns one nanosecond more than bucket4j, which rounds down: a client must not retry early.
   */
  private static Duration waitFor(ConsumptionProbe probe) {
    return Duration.ofNanos(probe.getNanosToWaitForRefill()).plusNanos(1);
  }

  /** A bucket and its current rate. */
  private static final class RatedBucket {
    private final Bucket bucket;
    private volatile Rate rate;

    RatedBucket(Rate rate, TimeMeter meter) {
      this.rate = rate;
      this.bucket =
          Bucket.builder()
              .addLimit(BucketConfigurations.configuration(rate).getBandwidths()[0])
              .withCustomTimePrecision(meter)
              .build();
    }

    /** Returns the bucket, changed to this rate if it has another. */
    Bucket withRate(Rate now) {
      if (!rate.equals(now)) {
        change(now);
      }
      return bucket;
    }

    private synchronized void change(Rate now) {
      if (!rate.equals(now)) {
        bucket.replaceConfiguration(
            BucketConfigurations.configuration(now), TokensInheritanceStrategy.AS_IS);
        rate = now;
      }
    }
  }

  /** Expires a bucket that has not been used for so long that it is full again. */
  private record UntilFull(RateLimits limits) implements Expiry<RateKey, RatedBucket> {

    @Override
    public long expireAfterCreate(RateKey key, RatedBucket bucket, long nanos) {
      return untilFullNanos(key);
    }

    @Override
    public long expireAfterUpdate(RateKey key, RatedBucket bucket, long nanos, long left) {
      return untilFullNanos(key);
    }

    @Override
    public long expireAfterRead(RateKey key, RatedBucket bucket, long nanos, long left) {
      return untilFullNanos(key);
    }

    /** Returns after how long an empty bucket is full, rounded up. */
    private long untilFullNanos(RateKey key) {
      Rate rate = limits.of(key);
      return TimeUnit.SECONDS.toNanos(rate.burst() / rate.perSecond() + 1);
    }
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
