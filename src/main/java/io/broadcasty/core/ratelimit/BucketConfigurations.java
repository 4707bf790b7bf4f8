package io.broadcasty.core.ratelimit;

import io.broadcasty.core.tenant.Rate;
import io.github.bucket4j.BucketConfiguration;
import java.time.Duration;

/** Creates bucket4j configurations from rates. */
public final class BucketConfigurations {

  private BucketConfigurations() {}

  /** Returns the configuration of a bucket that is initially full. */
  public static BucketConfiguration configuration(Rate rate) {
    return BucketConfiguration.builder()
        .addLimit(
            limit ->
                limit.capacity(rate.burst()).refillGreedy(rate.perSecond(), Duration.ofSeconds(1)))
        .build();
  }
}
