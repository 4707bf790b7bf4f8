package io.broadcasty.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.ratelimit.RateLimiter.Scope;
import io.broadcasty.ratelimit.RateLimits.Rate;
import io.broadcasty.time.ManualTime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LocalRateLimiterTest extends RateLimiterContract {

  @Override
  protected RateLimiter limiter(RateLimits limits, ManualTime time) {
    return new LocalRateLimiter(limits, time);
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

  @Test
  void whatOthersTookIsMissingHereToo() {
    LocalRateLimiter limiter =
        new LocalRateLimiter(
            new RateLimits(
                true,
                Map.of(
                    Scope.IP, new Rate(1, 1),
                    Scope.USER, new Rate(2, 10),
                    Scope.CHANNEL, new Rate(1, 1))),
            time);
    limiter.tryAcquire(Scope.USER, "ann", 3);
    limiter.lower(Scope.USER, "ann", -4);
    assertEquals(-4, limiter.available(Scope.USER, "ann"));
    limiter.lower(Scope.USER, "ann", 5);
    assertEquals(-4, limiter.available(Scope.USER, "ann"), "nothing is given");
    assertEquals(
        Duration.ofNanos(2_500_000_001L), limiter.tryAcquire(Scope.USER, "ann", 1).retryAfter());
    time.advance(Duration.ofMillis(2500));
    assertEquals(0, limiter.tryAcquire(Scope.USER, "ann", 1).remaining());
  }
}
