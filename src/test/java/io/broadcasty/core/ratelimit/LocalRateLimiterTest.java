package io.broadcasty.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalRateLimiterTest extends RateLimiterContract {

  @Override
  protected RateLimiter limiter(RateLimits limits, ManualTime time, int maxBuckets) {
    return new LocalRateLimiter(limits, time, maxBuckets);
  }

  @Test
  void theNumberOfBucketsIsBounded() {
    LocalRateLimiter limiter =
        new LocalRateLimiter(new RateLimits(true, new Rate(1, 1), tenants), time, 100);
    for (int i = 0; i < 10_000; i++) {
      limiter.tryAcquire(RateKey.ofAddress("address" + i), 1);
      limiter.tryAcquire(RateKey.ofChannel(ACME, "channel" + i), 1);
    }
    assertEquals(100, limiter.ownBuckets(RateLimiter.Scope.IP));
    assertEquals(50, limiter.ownBuckets(RateLimiter.Scope.CHANNEL));
  }

  @Test
  void keysWithEqualHashesAreFoundQuickly() {
    LocalRateLimiter limiter =
        new LocalRateLimiter(new RateLimits(true, new Rate(1, 1), tenants), time, 100_000);
    List<String> colliding = new ArrayList<>(List.of(""));
    for (int i = 0; i < 12; i++) {
      List<String> longer = new ArrayList<>();
      colliding.forEach(name -> longer.addAll(List.of(name + "Aa", name + "BB")));
      colliding = longer;
    }
    for (String name : colliding) {
      limiter.tryAcquire(RateKey.ofChannel(ACME, name), 1);
    }
    assertEquals(4096, limiter.ownBuckets(RateLimiter.Scope.CHANNEL));
    assertEquals(0, RateKey.ofChannel(ACME, "a").compareTo(RateKey.ofChannel(ACME, "a")));
    assertTrue(RateKey.ofChannel(ACME, "a").compareTo(RateKey.ofChannel(OTHER, "a")) != 0);
  }

  @Test
  void expiringABucketGrantsNothingExtra() {
    tenants.all(all -> all.userPerSecond(3).userBurst(10)); // full again after 3.33 s
    RateLimiter limiter = limiter(new RateLimits(true, new Rate(1, 1), tenants), time, 100);
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
