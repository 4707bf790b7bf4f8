package io.broadcasty.ratelimit.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.ratelimit.RateLimiter.Scope;
import io.broadcasty.ratelimit.RateLimiterContract;
import io.broadcasty.ratelimit.RateLimits;
import io.broadcasty.ratelimit.RateLimits.Rate;
import io.broadcasty.time.ManualTime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryRateLimiterTest extends RateLimiterContract {

  @Override
  protected RateLimiter limiter(RateLimits limits, ManualTime time) {
    return new MemoryRateLimiter(limits, time);
  }

  @Test
  void forgettingABucketGivesNothingAway() {
    Rate slow = new Rate(3, 10); // full again after 3.33 s
    RateLimiter limiter =
        limiter(
            new RateLimits(true, Map.of(Scope.IP, slow, Scope.USER, slow, Scope.CHANNEL, slow)),
            time);
    limiter.tryAcquire(Scope.USER, "ann", 10);
    time.advance(Duration.ofMillis(3300));
    assertEquals(8, limiter.tryAcquire(Scope.USER, "ann", 1).remaining(), "9.9 had come back");
    limiter.tryAcquire(Scope.USER, "ann", 8);
    time.advance(Duration.ofSeconds(5));
    assertEquals(9, limiter.tryAcquire(Scope.USER, "ann", 1).remaining(), "full either way");
  }
}
