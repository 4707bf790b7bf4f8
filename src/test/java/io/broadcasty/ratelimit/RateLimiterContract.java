package io.broadcasty.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.ratelimit.RateLimiter.Scope;
import io.broadcasty.ratelimit.RateLimiter.Verdict;
import io.broadcasty.ratelimit.RateLimits.Rate;
import io.broadcasty.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link RateLimiter} keeps. */
public abstract class RateLimiterContract {

  private static final RateLimits LIMITS =
      new RateLimits(
          true,
          Map.of(
              Scope.IP, new Rate(1, 1),
              Scope.USER, new Rate(3, 10),
              Scope.CHANNEL, new Rate(100, 200)));

  protected final ManualTime time = new ManualTime();
  private final RateLimiter limiter = limiter(LIMITS, time);

  /** The limiter under test, with empty history. */
  protected abstract RateLimiter limiter(RateLimits limits, ManualTime time);

  @Test
  void grantsTheBurstAtOnceAndThenNoMore() {
    for (int left = 9; left >= 0; left--) {
      Verdict verdict = limiter.tryAcquire(Scope.USER, "ann", 1);
      assertEquals(new Verdict(true, Scope.USER, 10, left, Duration.ZERO), verdict);
    }
    Verdict refused = limiter.tryAcquire(Scope.USER, "ann", 1);
    assertFalse(refused.granted());
    assertEquals(0, refused.remaining());
    assertEquals(10, refused.limit());
    assertTrue(refused.retryAfter().toNanos() > 0);
  }

  @Test
  void fillsUpAsTimePasses() {
    limiter.tryAcquire(Scope.CHANNEL, "orders", 200);
    time.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquire(Scope.CHANNEL, "orders", 100).granted());
    assertFalse(limiter.tryAcquire(Scope.CHANNEL, "orders", 1).granted());
    time.advance(Duration.ofMillis(10));
    assertTrue(limiter.tryAcquire(Scope.CHANNEL, "orders", 1).granted());
    assertFalse(limiter.tryAcquire(Scope.CHANNEL, "orders", 1).granted());
  }

  @Test
  void neverFillsBeyondTheBurst() {
    limiter.tryAcquire(Scope.USER, "ann", 1);
    time.advance(Duration.ofDays(1));
    assertEquals(9, limiter.tryAcquire(Scope.USER, "ann", 1).remaining());
  }

  @Test
  void retryAfterIsTrue() {
    for (long permits : new long[] {1, 2, 3, 7, 10}) {
      String key = "wants " + permits;
      limiter.tryAcquire(Scope.USER, key, 10);
      Duration wait = limiter.tryAcquire(Scope.USER, key, permits).retryAfter();
      time.advance(wait.minusNanos(2)); // exact but for one nanosecond, on the late side
      assertFalse(limiter.tryAcquire(Scope.USER, key, permits).granted(), key);
      time.advance(Duration.ofNanos(2));
      assertTrue(limiter.tryAcquire(Scope.USER, key, permits).granted(), key);
    }
  }

  @Test
  void takesAllOrNothing() {
    limiter.tryAcquire(Scope.USER, "ann", 7);
    Verdict refused = limiter.tryAcquire(Scope.USER, "ann", 4);
    assertFalse(refused.granted());
    assertEquals(3, refused.remaining());
    assertTrue(limiter.tryAcquire(Scope.USER, "ann", 3).granted());
  }

  @Test
  void moreThanTheBurstIsNeverGranted() {
    assertFalse(limiter.tryAcquire(Scope.USER, "ann", 11).granted());
    assertTrue(limiter.tryAcquire(Scope.USER, "ann", 10).granted());
  }

  @Test
  void keysAndScopesAreApart() {
    limiter.tryAcquire(Scope.USER, "ann", 10);
    assertTrue(limiter.tryAcquire(Scope.USER, "bob", 10).granted());
    assertTrue(limiter.tryAcquire(Scope.CHANNEL, "ann", 200).granted());
    assertTrue(limiter.tryAcquire(Scope.IP, "ann", 1).granted());
    assertFalse(limiter.tryAcquire(Scope.USER, "ann", 1).granted());
  }

  @Test
  void aRefusalCostsNothing() {
    limiter.tryAcquire(Scope.IP, "a", 1);
    for (int i = 0; i < 100; i++) {
      limiter.tryAcquire(Scope.IP, "a", 1);
    }
    time.advance(Duration.ofSeconds(1));
    assertTrue(limiter.tryAcquire(Scope.IP, "a", 1).granted());
  }

  @Test
  void grantsEverythingWhenLimitsAreNotInForce() {
    RateLimiter open = limiter(new RateLimits(false, LIMITS.rates()), time);
    assertFalse(open.enabled());
    assertTrue(limiter.enabled());
    for (int i = 0; i < 100; i++) {
      Verdict verdict = open.tryAcquire(Scope.IP, "a", 50);
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
                  int mine = 0;
                  for (int i = 0; i < 1000; i++) {
                    mine += limiter.tryAcquire(Scope.CHANNEL, "hot", 1).granted() ? 1 : 0;
                  }
                  return mine;
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
  void everyScopeNeedsARateThatLetsSomethingThrough() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new RateLimits(true, Map.of(Scope.IP, new Rate(1, 1))));
    assertThrows(IllegalArgumentException.class, () -> new Rate(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Rate(1, 0));
  }
}
