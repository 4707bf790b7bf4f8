package io.broadcasty.ratelimit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.broadcasty.time.Ticker;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Buckets of this node, by bucket4j; of other nodes they know what they are told. A bucket is
 * forgotten once it would be full again, so memory follows the callers of the last moments.
 */
public final class LocalRateLimiter implements RateLimiter {

  private static final long MAX_BUCKETS_PER_SCOPE = 200_000;

  private final RateLimits limits;
  private final Map<Scope, LoadingCache<String, Bucket>> buckets = new EnumMap<>(Scope.class);

  public LocalRateLimiter(RateLimits limits, Ticker ticker) {
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
    ConsumptionProbe probe = bucket(scope, key).tryConsumeAndReturnRemaining(permits);
    return new Verdict(
        probe.isConsumed(),
        scope,
        limit,
        probe.getRemainingTokens(),
        probe.isConsumed() ? Duration.ZERO : waitFor(probe));
  }

  /** What is in a bucket; below 0 when more was taken than there was. */
  public long available(Scope scope, String key) {
    return bucket(scope, key).getAvailableTokens();
  }

  /** Others have taken from a bucket that is theirs too: it has at most so much from now on. */
  public void lower(Scope scope, String key, long available) {
    Bucket bucket = bucket(scope, key);
    long surplus = bucket.getAvailableTokens() - available;
    if (surplus > 0) {
      var unused = bucket.consumeIgnoringRateLimits(surplus);
    }
  }

  private Bucket bucket(Scope scope, String key) {
    return Objects.requireNonNull(buckets.get(scope)).get(key);
  }

  /** One nanosecond more than bucket4j says, since it rounds down: a client must not come early. */
  private static Duration waitFor(ConsumptionProbe probe) {
    return Duration.ofNanos(probe.getNanosToWaitForRefill()).plusNanos(1);
  }

  private static LoadingCache<String, Bucket> bucketsOf(RateLimits.Rate rate, Ticker ticker) {
    return Caffeine.newBuilder()
        .maximumSize(MAX_BUCKETS_PER_SCOPE)
        .expireAfterAccess(rate.untilFull())
        .ticker(ticker::readNanos)
        .executor(Runnable::run)
        .build(
            key ->
                Bucket.builder()
                    .addLimit(rate.bandwidth())
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
