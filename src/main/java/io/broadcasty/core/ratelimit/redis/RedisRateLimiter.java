package io.broadcasty.core.ratelimit.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.ratelimit.BucketConfigurations;
import io.broadcasty.core.ratelimit.LocalRateLimiter;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.RateLimits;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.redis.Redis;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.VerboseResult;
import io.github.bucket4j.distributed.BucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.distributed.serialization.Mapper;
import io.github.bucket4j.redis.jedis.Bucket4jJedis;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Limits the rates of all nodes together. A node decides by its own bucket, so that no caller waits
 * for Redis; {@link #share} then takes the permits granted here from the shared bucket, and lowers
 * the node's own bucket to it. Keys that share a bucket on this node are not shared among nodes.
 * Between two rounds each node may grant permits that others have granted already; these are paid
 * back, since the shared bucket may become negative.
 *
 * <p>While Redis cannot be reached, each node counts for itself.
 */
@ThreadSafe
public final class RedisRateLimiter implements RateLimiter {

  private static final System.Logger LOG = System.getLogger(RedisRateLimiter.class.getName());

  /**
   * The maximum number of buckets remembered while Redis is unreachable; further grants are not
   * shared.
   */
  private static final int MAX_UNSHARED = 100_000;

  /**
   * Both buckets are reported in whole permits; a node's own is not lowered for a difference of
   * one.
   */
  private static final long ROUNDING = 1;

  private static final Duration SPARE = Duration.ofSeconds(10);

  private final Redis redis;
  private final RateLimits limits;
  private final LocalRateLimiter local;
  private final ProxyManager<String> shared;
  private final ConcurrentHashMap<RateKey, Long> granted = new ConcurrentHashMap<>();
  private volatile boolean redisUnreachable;

  /**
   * @param redis stays open
   * @param clock the same on all nodes, such as {@link Redis#clock}
   */
  public RedisRateLimiter(Redis redis, RateLimits limits, Ticker ticker, WallClock clock) {
    this(redis, limits, new LocalRateLimiter(limits, ticker), clock);
  }

  /**
   * @param redis stays open
   * @param local the buckets of this node
   */
  RedisRateLimiter(Redis redis, RateLimits limits, LocalRateLimiter local, WallClock clock) {
    this.redis = redis;
    this.limits = limits;
    this.local = local;
    this.shared =
        Bucket4jJedis.casBasedBuilder(redis.commands())
            .keyMapper(Mapper.STRING)
            .clientClock(new SharedClock(clock))
            .expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(SPARE))
            .build();
  }

  @Override
  public boolean isEnabled() {
    return limits.enabled();
  }

  @Override
  public Verdict tryAcquire(RateKey key, long permits) {
    Verdict verdict = local.tryAcquire(key, permits);
    if (verdict.granted()
        && limits.enabled()
        && granted.size() < MAX_UNSHARED
        && local.hasOwnBucket(key)) {
      granted.merge(key, permits, Long::sum);
    }
    return verdict;
  }

  /**
   * Takes the permits granted here since the last call from the shared buckets, and lowers this
   * node's buckets to them. Blocks on Redis; to be called by one thread, several times a second.
   */
  public void share() {
    for (RateKey key : granted.keySet()) {
      Long permits = granted.remove(key);
      if (permits != null && !share(key, permits)) {
        granted.merge(key, permits, Long::sum);
        return;
      }
    }
  }

  private boolean share(RateKey key, long permits) {
    try {
      local.lowerTo(key, take(key, permits) - granted.getOrDefault(key, 0L) + ROUNDING);
      if (redisUnreachable) {
        redisUnreachable = false;
        LOG.log(Level.INFO, "Rate limits are shared by all nodes again");
      }
      return true;
    } catch (RuntimeException e) { // bucket4j wraps some of Jedis' exceptions
      if (!redisUnreachable) {
        redisUnreachable = true;
        LOG.log(
            Level.WARNING,
            "Cannot reach Redis (broadcasty.redis.url); rate limits apply to each node until it"
                + " answers: "
                + e.getMessage());
      }
      return false;
    }
  }

  /**
   * Takes permits from the shared bucket, after setting its rate to the one in force, and returns
   * what is left.
   */
  private long take(RateKey key, long permits) {
    BucketConfiguration wanted = BucketConfigurations.configuration(limits.of(key));
    BucketProxy bucket = shared.builder().build(name(key), () -> wanted);
    VerboseResult<Long> result = bucket.asVerbose().consumeIgnoringRateLimits(permits);
    if (result.getConfiguration().equals(wanted)) {
      return result.getState().getAvailableTokens();
    }
    bucket.replaceConfiguration(wanted, TokensInheritanceStrategy.AS_IS);
    return bucket.getAvailableTokens();
  }

  /**
   * Returns the name of a shared bucket. It contains the default rate, since another configuration
   * uses another bucket, but not the tenant's own rate, whose bucket is kept when the rate changes.
   */
  private String name(RateKey key) {
    Rate rate = limits.defaultOf(key.scope());
    return redis.key(
        "lim:"
            + key.scope().label()
            + ":"
            + rate.perSecond()
            + ":"
            + rate.burst()
            + ":"
            + (key.tenant() == null ? "" : key.tenant() + "/")
            + key.name());
  }

  /** The clock of the nodes; one that is behind the others refills nothing. */
  private record SharedClock(WallClock clock) implements TimeMeter {

    @Override
    public long currentTimeNanos() {
      return TimeUnit.MILLISECONDS.toNanos(clock.nowMillis());
    }

    @Override
    public boolean isWallClockBased() {
      return true;
    }
  }
}
