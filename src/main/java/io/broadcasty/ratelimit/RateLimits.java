package io.broadcasty.ratelimit;

import io.github.bucket4j.Bandwidth;
import java.time.Duration;
import java.util.Map;

/**
 * How much each scope may do.
 *
 * @param enabled whether limits are in force
 * @param rates the rate of every scope
 */
public record RateLimits(boolean enabled, Map<RateLimiter.Scope, Rate> rates) {

  public RateLimits {
    rates = Map.copyOf(rates);
    if (rates.size() != RateLimiter.Scope.values().length) {
      throw new IllegalArgumentException("every scope needs a rate");
    }
  }

  /**
   * A bucket's size and how fast it fills.
   *
   * @param perSecond permits that come back each second
   * @param burst permits in a full bucket
   */
  public record Rate(long perSecond, long burst) {

    public Rate {
      if (perSecond < 1 || burst < 1) {
        throw new IllegalArgumentException("a rate and its burst are at least 1");
      }
    }

    /** As bucket4j wants it. */
    public Bandwidth bandwidth() {
      return Bandwidth.builder()
          .capacity(burst)
          .refillGreedy(perSecond, Duration.ofSeconds(1))
          .build();
    }

    /** After so long, rounded up, an empty bucket is full. */
    public Duration untilFull() {
      return Duration.ofSeconds(burst / perSecond + 1);
    }
  }
}
