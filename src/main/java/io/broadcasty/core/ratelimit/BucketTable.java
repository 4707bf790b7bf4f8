package io.broadcasty.core.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.github.bucket4j.TimeMeter;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of one kind of limit, of which there is a bounded number.
 *
 * <p>A bucket is removed when it would be full again, and for no other reason: a key whose bucket
 * were removed earlier would get a whole burst back. When the table is full, or a tenant has half
 * of it, further keys share a few buckets with each other, until buckets have become full. So a
 * flood of keys is granted what its buckets hold, and not more with each key.
 */
@ThreadSafe
final class BucketTable {

  /** How many buckets the keys share that have none of their own. */
  private static final int SHARED = 1024;

  /** How many of the shared buckets the keys of one tenant use. */
  static final int SHARED_OF_TENANT = 16;

  private static final long CLEAN_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final RateLimits limits;
  private final Ticker ticker;
  private final TimeMeter meter;
  private final int maxBuckets;
  private final Cache<RateKey, RatedBucket> buckets;
  private final ConcurrentHashMap<TenantId, Integer> ofTenants = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<RatedBucket> shared = new AtomicReferenceArray<>(SHARED);
  private final AtomicLong cleanedUpNanos;

  BucketTable(RateLimits limits, Ticker ticker, TimeMeter meter, int maxBuckets) {
    this.limits = limits;
    this.ticker = ticker;
    this.meter = meter;
    this.maxBuckets = maxBuckets;
    this.cleanedUpNanos = new AtomicLong(ticker.readNanos() - CLEAN_UP_NANOS);
    this.buckets =
        Caffeine.newBuilder()
            .expireAfter(new UntilFull(limits))
            .evictionListener(this::onRemoved)
            .ticker(ticker::readNanos)
            .executor(Runnable::run)
            .build();
  }

  /** Returns the bucket of a key: its own, or one that it shares with others. */
  RatedBucket bucket(RateKey key) {
    RatedBucket known = buckets.getIfPresent(key);
    if (known != null) {
      return known;
    }
    return hasRoom(key.tenant()) ? buckets.get(key, this::create) : shared(key);
  }

  /** Returns whether a key has a bucket of its own. */
  boolean contains(RateKey key) {
    return buckets.getIfPresent(key) != null;
  }

  /** Returns the number of keys with buckets of their own. */
  long size() {
    return buckets.estimatedSize();
  }

  private boolean hasRoom(@Nullable TenantId tenant) {
    return isBelowLimits(tenant) || (cleanUp() && isBelowLimits(tenant));
  }

  private boolean isBelowLimits(@Nullable TenantId tenant) {
    return buckets.estimatedSize() < maxBuckets
        && (tenant == null || ofTenants.getOrDefault(tenant, 0) < Math.max(1, maxBuckets / 2));
  }

  /** Removes full buckets, at most once a second; returns whether it did. */
  private boolean cleanUp() {
    long now = ticker.readNanos();
    long last = cleanedUpNanos.get();
    if (now - last < CLEAN_UP_NANOS || !cleanedUpNanos.compareAndSet(last, now)) {
      return false;
    }
    buckets.cleanUp();
    return true;
  }

  private RatedBucket create(RateKey key) {
    TenantId tenant = key.tenant();
    if (tenant != null) {
      ofTenants.merge(tenant, 1, Integer::sum);
    }
    return new RatedBucket(limits.of(key), meter);
  }

  private void onRemoved(@Nullable RateKey key, @Nullable RatedBucket bucket, RemovalCause cause) {
    TenantId tenant = key == null ? null : key.tenant();
    if (tenant != null) {
      ofTenants.computeIfPresent(tenant, (t, count) -> count == 1 ? null : count - 1);
    }
  }

  private RatedBucket shared(RateKey key) {
    int ofTenant = Math.floorMod((key.hashCode() * 0x9E3779B9) >>> 16, SHARED_OF_TENANT);
    int index = Math.floorMod(Objects.hashCode(key.tenant()) * SHARED_OF_TENANT + ofTenant, SHARED);
    RatedBucket bucket = shared.get(index);
    if (bucket == null) {
      shared.compareAndSet(index, null, new RatedBucket(limits.of(key), meter));
      bucket = shared.get(index);
    }
    return bucket;
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
}
