package io.broadcasty.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalRateLimiterTest extends RateLimiterContract {

  @Override
  protected RateLimiter limiter(RateLimits limits, ManualTime time) {
    return new LocalRateLimiter(limits, time);
  }

  @Test
  void expiringABucketGrantsNothingExtra() {
    tenants.all(all -> all.userPerSecond(3).userBurst(10)); // full again after 3.33 s
    RateLimiter limiter = limiter(new RateLimits(true, new Rate(1, 1), tenants), time);
    limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 10);
    time.advance(Duration.ofMillis(3300));
    assertEquals(
        8, limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).remaining(), "9.9 had come back");
    limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 8);
    time.advance(Duration.ofSeconds(5));
    assertEquals(
        9, limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).remaining(), "full either way");
  }

  @Test
  void permitsTakenByOthersAreMissingHereToo() {
    tenants.all(all -> all.userPerSecond(2).userBurst(10));
    LocalRateLimiter limiter =
        new LocalRateLimiter(new RateLimits(true, new Rate(1, 1), tenants), time);
    limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 3);
    limiter.lowerTo(RateKey.ofUser(ACME, "ann"), -4);
    assertEquals(-4, limiter.available(RateKey.ofUser(ACME, "ann")));
    limiter.lowerTo(RateKey.ofUser(ACME, "ann"), 5);
    assertEquals(-4, limiter.available(RateKey.ofUser(ACME, "ann")), "nothing is given");
    assertEquals(
        Duration.ofNanos(2_500_000_001L),
        limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).retryAfter());
    time.advance(Duration.ofMillis(2500));
    assertEquals(0, limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).remaining());
  }
}
