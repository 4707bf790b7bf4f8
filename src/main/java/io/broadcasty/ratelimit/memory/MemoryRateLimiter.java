package io.broadcasty.ratelimit.memory;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.ratelimit.RateLimits;
import io.broadcasty.time.Ticker;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Buckets of this node, by bucket4j; other nodes count for themselves. A bucket is forgotten once
 * it would be full again, so memory follows the callers of the last moments.
 */
public final class MemoryRateLimiter implements RateLimiter {

  private static final long MAX_BUCKETS_PER_SCOPE = 200_000;

  private final RateLimits limits;
  private final Map<Scope, LoadingCache<String, Bucket>> buckets = new EnumMap<>(Scope.class);

  public MemoryRateLimiter(RateLimits limits, Ticker ticker) {
    this.limits = limits;
    limits.rates().forEach((scope, rate) -> buckets.put(scope, bucketsOf(rate, ticker)));
  }

  @Override
  public boolean enabled() {
    return limits.enabled();
  }

  @Override
  public Verdict tryAcquire(Scope scope, String key, long permits) {
    long limit = Objects.requireNonNull(limits.rates().get(scope)).burst();
    if (!limits.enabled()) {
      return new Verdict(true, scope, limit, limit, Duration.ZERO);
    }
    Bucket bucket = Objects.requireNonNull(buckets.get(scope)).get(key);
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(permits);
    return new Verdict(
        probe.isConsumed(),
        scope,
        limit,
        probe.getRemainingTokens(),
        probe.isConsumed() ? Duration.ZERO : waitFor(probe));
  }

  /** One nanosecond more than bucket4j says, since it rounds down: a client must not come early. */
  private static Duration waitFor(ConsumptionProbe probe) {
    return Duration.ofNanos(probe.getNanosToWaitForRefill()).plusNanos(1);
  }

  private static LoadingCache<String, Bucket> bucketsOf(RateLimits.Rate rate, Ticker ticker) {
    Bandwidth bandwidth =
        Bandwidth.builder()
            .capacity(rate.burst())
            .refillGreedy(rate.perSecond(), Duration.ofSeconds(1))
            .build();
    Duration untilFull = Duration.ofSeconds(rate.burst() / rate.perSecond() + 1);
    return Caffeine.newBuilder()
        .maximumSize(MAX_BUCKETS_PER_SCOPE)
        .expireAfterAccess(untilFull)
        .ticker(ticker::readNanos)
        .executor(Runnable::run)
        .build(
            key ->
                Bucket.builder()
                    .addLimit(bandwidth)
                    .withCustomTimePrecision(new TickerMeter(ticker))
                    .build());
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
