package io.broadcasty.core.ratelimit;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.Rate;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;

/** A bucket and its current rate. */
@ThreadSafe
final class RatedBucket {

  @SuppressWarnings("ThreadSafe") // bucket4j's local buckets are lock-free
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
