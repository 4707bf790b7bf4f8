package io.broadcasty.core.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.ratelimit.RateLimiter.Scope;
import io.broadcasty.core.ratelimit.RateLimiter.Verdict;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract of {@link RateLimiter}. */
public abstract class RateLimiterContract {

  protected static final TenantId ACME = new TenantId("acme");
  protected static final TenantId OTHER = new TenantId("other");

  /** The settings of the limiter under test. */
  protected final TestTenantSettings tenants =
      new TestTenantSettings()
          .all(all -> all.userPerSecond(3).userBurst(10).channelPerSecond(100).channelBurst(200));

  protected final ManualTime time = new ManualTime();
  private final RateLimiter limiter = limiter(true);

  /** Creates the limiter under test, without earlier requests. */
  protected abstract RateLimiter limiter(RateLimits limits, ManualTime time, int maxBuckets);

  private RateLimiter limiter(boolean enabled) {
    return limiter(new RateLimits(enabled, new Rate(1, 1), tenants), time, 10_000);
  }

  private RateLimiter small(int maxBuckets) {
    return limiter(new RateLimits(true, new Rate(1, 1), tenants), time, maxBuckets);
  }

  @Test
  void grantsTheBurstAtOnceAndThenNoMore() {
    for (int left = 9; left >= 0; left--) {
      Verdict verdict = limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1);
      assertEquals(new Verdict(true, Scope.USER, 10, left, Duration.ZERO), verdict);
    }
    Verdict refused = limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1);
    assertFalse(refused.granted());
    assertEquals(0, refused.remaining());
    assertEquals(10, refused.limit());
    assertTrue(refused.retryAfter().toNanos() > 0);
  }

  @Test
  void fillsUpAsTimePasses() {
    limiter.tryAcquire(RateKey.ofChannel(ACME, "orders"), 200);
    time.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquire(RateKey.ofChannel(ACME, "orders"), 100).granted());
    assertFalse(limiter.tryAcquire(RateKey.ofChannel(ACME, "orders"), 1).granted());
    time.advance(Duration.ofMillis(10));
    assertTrue(limiter.tryAcquire(RateKey.ofChannel(ACME, "orders"), 1).granted());
    assertFalse(limiter.tryAcquire(RateKey.ofChannel(ACME, "orders"), 1).granted());
  }

  @Test
  void neverFillsBeyondTheBurst() {
    limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1);
    time.advance(Duration.ofDays(1));
    assertEquals(9, limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).remaining());
  }

  @Test
  void retryAfterIsTrue() {
    for (long permits : new long[] {1, 2, 3, 7, 10}) {
      String key = "wants " + permits;
      limiter.tryAcquire(RateKey.ofUser(ACME, key), 10);
      Duration wait = limiter.tryAcquire(RateKey.ofUser(ACME, key), permits).retryAfter();
      time.advance(wait.minusNanos(2)); // exact to one nanosecond, on the late side
      assertFalse(limiter.tryAcquire(RateKey.ofUser(ACME, key), permits).granted(), key);
      time.advance(Duration.ofNanos(2));
      assertTrue(limiter.tryAcquire(RateKey.ofUser(ACME, key), permits).granted(), key);
    }
  }

  @Test
  void takesAllOrNothing() {
    limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 7);
    Verdict refused = limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 4);
    assertFalse(refused.granted());
    assertEquals(3, refused.remaining());
    assertTrue(limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 3).granted());
  }

  @Test
  void moreThanTheBurstIsNeverGranted() {
    assertFalse(limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 11).granted());
    assertTrue(limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 10).granted());
  }

  @Test
  void keysAndScopesAreApart() {
    limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 10);
    assertTrue(limiter.tryAcquire(RateKey.ofUser(ACME, "bob"), 10).granted());
    assertTrue(limiter.tryAcquire(RateKey.ofChannel(ACME, "ann"), 200).granted());
    assertTrue(limiter.tryAcquire(RateKey.ofAddress("ann"), 1).granted());
    assertFalse(limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).granted());
  }

  @Test
  void aRefusalCostsNothing() {
    limiter.tryAcquire(RateKey.ofAddress("a"), 1);
    for (int i = 0; i < 100; i++) {
      limiter.tryAcquire(RateKey.ofAddress("a"), 1);
    }
    time.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquire(RateKey.ofAddress("a"), 1).granted());
  }

  @Test
  void grantsEverythingWhenLimitsAreNotInForce() {
    RateLimiter open = limiter(false);
    assertFalse(open.isEnabled());
    assertTrue(limiter.isEnabled());
    for (int i = 0; i < 100; i++) {
      Verdict verdict = open.tryAcquire(RateKey.ofAddress("a"), 50);
      assertTrue(verdict.granted());
      assertEquals(Duration.ZERO, verdict.retryAfter());
    }
  }

  @Test
  void manyThreadsTogetherGetTheBurstAndNoMore() throws Exception {
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Integer>> granted = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        granted.add(
            executor.submit(
                () -> {
                  assertTrue(start.await(10, TimeUnit.SECONDS));
                  int grantedHere = 0;
                  for (int i = 0; i < 1000; i++) {
                    grantedHere +=
                        limiter.tryAcquire(RateKey.ofChannel(ACME, "hot"), 1).granted() ? 1 : 0;
                  }
                  return grantedHere;
                }));
      }
      start.countDown();
      int sum = 0;
      for (Future<Integer> one : granted) {
        sum += one.get(30, TimeUnit.SECONDS);
      }
      assertEquals(200, sum);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void aTenantsOwnRateIsItsAlone() {
    tenants.set(OTHER, other -> other.userPerSecond(1).userBurst(2).channelBurst(3));
    Verdict last = limiter.tryAcquire(RateKey.ofUser(OTHER, "ann"), 2);
    assertEquals(new Verdict(true, Scope.USER, 2, 0, Duration.ZERO), last);
    assertFalse(limiter.tryAcquire(RateKey.ofUser(OTHER, "ann"), 1).granted());
    assertFalse(limiter.tryAcquire(RateKey.ofChannel(OTHER, "orders"), 4).granted());
    assertTrue(limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 10).granted());
    time.advance(Duration.ofSeconds(1));
    assertFalse(limiter.tryAcquire(RateKey.ofUser(OTHER, "ann"), 2).granted());
    assertTrue(limiter.tryAcquire(RateKey.ofUser(OTHER, "ann"), 1).granted());
    assertTrue(limiter.tryAcquire(RateKey.ofUser(ACME, "ann"), 3).granted());
  }

  @Test
  void aHigherRateAppliesAtOnceAndGrantsNothingExtra() {
    RateKey ann = RateKey.ofUser(ACME, "ann");
    limiter.tryAcquire(ann, 9);
    tenants.set(ACME, acme -> acme.userPerSecond(100).userBurst(1000));
    assertEquals(
        new Verdict(true, Scope.USER, 1000, 0, Duration.ZERO),
        limiter.tryAcquire(ann, 1),
        "what was left");
    assertFalse(limiter.tryAcquire(ann, 1).granted());
    time.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquire(ann, 100).granted());
    assertFalse(limiter.tryAcquire(ann, 1).granted());
  }

  @Test
  void aLowerRateAppliesAtOnce() {
    RateKey ann = RateKey.ofUser(ACME, "ann");
    limiter.tryAcquire(ann, 1);
    tenants.set(ACME, acme -> acme.userPerSecond(1).userBurst(4));
    assertFalse(limiter.tryAcquire(ann, 5).granted());
    assertTrue(limiter.tryAcquire(ann, 4).granted());
    time.advance(Duration.ofSeconds(2));
    assertFalse(limiter.tryAcquire(ann, 3).granted());
    assertTrue(limiter.tryAcquire(ann, 2).granted());
    tenants.remove(ACME);
    assertFalse(limiter.tryAcquire(ann, 1).granted(), "nothing comes of the change back");
    time.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquire(ann, 3).granted());
  }

  @Test
  void aRequestCountsForTheUserAndTheTenant() {
    tenants.set(ACME, acme -> acme.userBurst(3).tenantPerSecond(1).tenantBurst(5));
    for (int i = 0; i < 3; i++) {
      assertTrue(limiter.tryAcquireRequest(ACME, "ann").granted());
    }
    assertEquals(Scope.USER, limiter.tryAcquireRequest(ACME, "ann").scope());
    assertTrue(limiter.tryAcquireRequest(ACME, "bob").granted(), "ann's refusals cost no other");
    assertTrue(limiter.tryAcquireRequest(ACME, "bob").granted());
    Verdict refused = limiter.tryAcquireRequest(ACME, "eve");
    assertFalse(refused.granted());
    assertEquals(Scope.TENANT, refused.scope());
    assertEquals(5, refused.limit());
    assertTrue(refused.retryAfter().toNanos() > 0);
    assertTrue(limiter.tryAcquireRequest(OTHER, "eve").granted());
    time.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquireRequest(ACME, "eve").granted());
  }

  @Test
  void bytesCountForTheUserAndTheTenant() {
    tenants.set(
        ACME,
        acme ->
            acme.userBytesPerSecond(100)
                .userBytesBurst(1000)
                .tenantBytesPerSecond(200)
                .tenantBytesBurst(1500));
    assertTrue(limiter.tryAcquireBytes(ACME, "ann", 1000).granted());
    Verdict user = limiter.tryAcquireBytes(ACME, "ann", 200);
    assertFalse(user.granted());
    assertEquals(Scope.USER_BYTES, user.scope());
    assertTrue(user.isPossible(200));
    assertEquals(2, user.retryAfter().plusNanos(500_000_000).toSeconds());
    Verdict tenant = limiter.tryAcquireBytes(ACME, "bob", 600);
    assertFalse(tenant.granted());
    assertEquals(Scope.TENANT_BYTES, tenant.scope());
    assertTrue(limiter.tryAcquireRequest(ACME, "ann").granted(), "bytes are no requests");
    assertTrue(limiter.tryAcquireBytes(OTHER, "ann", 5000).granted());
    time.advance(Duration.ofSeconds(2));
    assertTrue(limiter.tryAcquireBytes(ACME, "ann", 200).granted());
    assertFalse(limiter.tryAcquireBytes(ACME, "ann", 1).granted());
  }

  @Test
  void moreBytesThanTheBurstAreImpossible() {
    tenants.set(ACME, acme -> acme.userBytesBurst(1000).tenantBytesBurst(500));
    assertFalse(limiter.tryAcquireBytes(ACME, "ann", 1001).isPossible(1001));
    Verdict ofTenant = limiter.tryAcquireBytes(ACME, "ann", 501);
    assertFalse(ofTenant.granted());
    assertFalse(ofTenant.isPossible(501));
    assertTrue(limiter.tryAcquireBytes(ACME, "ann", 499).granted(), "501 were the user's");
  }

  @Test
  void aFloodOfKeysGivesNoKeyItsBurstBack() {
    RateLimiter small = small(20);
    assertTrue(small.tryAcquire(RateKey.ofUser(ACME, "ann"), 10).granted());
    assertTrue(small.tryAcquire(RateKey.ofAddress("192.0.2.1"), 1).granted());
    for (int i = 0; i < 200; i++) {
      small.tryAcquire(RateKey.ofUser(ACME, "user" + i), 1);
      small.tryAcquire(RateKey.ofAddress("address" + i), 1);
    }
    assertFalse(small.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).granted());
    assertFalse(small.tryAcquire(RateKey.ofAddress("192.0.2.1"), 1).granted());
  }

  @Test
  void aFloodOfKeysIsGrantedABoundedNumberOfBursts() {
    RateLimiter small = small(20);
    int granted = 0;
    int addresses = 0;
    for (int i = 0; i < 300; i++) {
      granted += small.tryAcquire(RateKey.ofUser(ACME, "user" + i), 10).granted() ? 1 : 0;
      addresses += small.tryAcquire(RateKey.ofAddress("address" + i), 1).granted() ? 1 : 0;
    }
    assertTrue(
        granted <= 10 + 16, granted + " bursts of 10 for half a table and 16 shared buckets");
    assertTrue(granted >= 10, granted + " bursts of 10");
    assertTrue(addresses <= 20 + 16, addresses + " addresses");
    time.advance(Duration.ofSeconds(1));
    int later = 0;
    for (int i = 300; i < 600; i++) {
      later += small.tryAcquire(RateKey.ofUser(ACME, "user" + i), 1).granted() ? 1 : 0;
    }
    assertTrue(later > 0 && later <= 16 * 3, later + " at the rate of the shared buckets");
  }

  @Test
  void theFloodOfATenantLeavesRoomForAnother() {
    RateLimiter small = small(20);
    for (int i = 0; i < 200; i++) {
      small.tryAcquire(RateKey.ofUser(ACME, "user" + i), 10);
    }
    for (int i = 0; i < 9; i++) {
      assertTrue(small.tryAcquire(RateKey.ofUser(OTHER, "user" + i), 10).granted(), "user" + i);
    }
  }

  @Test
  void keysHaveBucketsOfTheirOwnAgainAfterAFlood() {
    RateLimiter small = small(20);
    for (int i = 0; i < 200; i++) {
      small.tryAcquire(RateKey.ofUser(ACME, "user" + i), 10);
    }
    time.advance(Duration.ofSeconds(10));
    for (int i = 1000; i < 1009; i++) {
      assertTrue(small.tryAcquire(RateKey.ofUser(ACME, "user" + i), 10).granted(), "user" + i);
    }
  }

  @Test
  void aRateLetsSomethingThroughAndABucketHasOneOwner() {
    assertThrows(IllegalArgumentException.class, () -> new Rate(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Rate(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new RateKey(Scope.USER, null, "ann"));
    assertThrows(IllegalArgumentException.class, () -> new RateKey(Scope.IP, ACME, "10.0.0.1"));
  }
}
