package io.broadcasty.ratelimit;

import io.broadcasty.tenant.Rate;
import io.github.bucket4j.BucketConfiguration;
import java.time.Duration;

/** Rates as bucket4j wants them. */
public final class Buckets {

  private Buckets() {}

  /** A bucket that begins full. */
  public static BucketConfiguration configuration(Rate rate) {
    return BucketConfiguration.builder()
        .addLimit(
            limit ->
                limit.capacity(rate.burst()).refillGreedy(rate.perSecond(), Duration.ofSeconds(1)))
        .build();
  }
}
