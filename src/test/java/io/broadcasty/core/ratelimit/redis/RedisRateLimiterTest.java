package io.broadcasty.core.ratelimit.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.ratelimit.LocalRateLimiter;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.RateLimiterContract;
import io.broadcasty.core.ratelimit.RateLimits;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests rate limits on a real Redis: the contract on one node that shares continuously, and several
 * nodes.
 */
class RedisRateLimiterTest extends RateLimiterContract {

  private static RedisServer server;
  private @Nullable Redis redis;
  private final List<RedisRateLimiter> nodes = new ArrayList<>();

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void forget() {
    redis().commands().flushAll();
    redis().close();
  }

  private Redis redis() {
    if (redis == null) {
      redis = Redis.open(server.settings());
    }
    return redis;
  }

  @Override
  protected RateLimiter limiter(RateLimits limits, ManualTime time, int maxBuckets) {
    RedisRateLimiter node =
        new RedisRateLimiter(redis(), limits, new LocalRateLimiter(limits, time, maxBuckets), time);
    return new RateLimiter() {
      @Override
      public Verdict tryAcquire(RateKey key, long permits) {
        Verdict verdict = node.tryAcquire(key, permits);
        synchronized (node) { // as the sharing thread does
          node.share();
        }
        return verdict;
      }

      @Override
      public boolean isEnabled() {
        return node.isEnabled();
      }
    };
  }

  private void nodes(int count) {
    tenants.all(all -> all.userPerSecond(10).userBurst(20));
    for (int n = 0; n < count; n++) {
      nodes.add(node(tenants));
    }
  }

  private RedisRateLimiter node(TestTenantSettings settings) {
    return new RedisRateLimiter(
        redis(), new RateLimits(true, new Rate(1, 1), settings), time, time);
  }

  @Test
  void permitsGrantedByOneNodeAreNotGrantedByOthers() {
    nodes(2);
    assertTrue(ask(0, 20));
    share();
    assertTrue(ask(1, 1), "it does not know the user yet");
    share();
    assertFalse(ask(1, 1));
    assertFalse(ask(0, 1));
    time.advance(Duration.ofMillis(500));
    assertTrue(ask(0, 3), "5 come back to all together");
    assertTrue(ask(1, 1));
    share();
    assertFalse(ask(0, 3));
    assertFalse(ask(1, 3));
  }

  @Test
  void overTimeAllNodesTogetherGrantOneNodesRate() {
    nodes(3);
    long granted = 0;
    int seconds = 30;
    for (int tick = 0; tick < seconds * 10; tick++) {
      for (int n = 0; n < 3; n++) {
        for (int i = 0; i < 4; i++) {
          granted += ask(n, 1) ? 1 : 0;
        }
      }
      time.advance(Duration.ofMillis(100));
      if (tick % 2 == 0) {
        share();
      }
    }
    long due = 20 + 10L * seconds;
    assertTrue(granted >= due - 10, granted + " of " + due);
    assertTrue(granted <= due + 3 * 20, granted + " of " + due + ": at most a burst a node more");
  }

  @Test
  void aLoneNodeLosesNothingBySharing() {
    nodes(1);
    long granted = 0;
    for (int tick = 0; tick < 3000; tick++) {
      granted += ask(0, 1) ? 1 : 0;
      time.advance(Duration.ofNanos(9_999_999));
      share();
    }
    assertTrue(granted >= 300 + 20 - 3, granted + " in 30 s");
    assertTrue(granted <= 300 + 20 + 1, granted + " in 30 s");
  }

  @Test
  void withoutRedisEachNodeCountsForItselfAndSharesLater() {
    nodes(2);
    assertTrue(ask(0, 1));
    server.kill();
    for (int i = 0; i < 19; i++) {
      assertTrue(ask(0, 1));
      share();
    }
    assertFalse(ask(0, 1));
    assertTrue(ask(1, 1));
    server.restart();
    redis().dropIdleConnections();
    share();
    assertFalse(ask(1, 1), "the first node's 20 are known");
  }

  private boolean ask(int node, long permits) {
    return nodes.get(node).tryAcquire(RateKey.ofUser(ACME, "ann"), permits).granted();
  }

  private void share() {
    nodes.forEach(RedisRateLimiter::share);
  }

  @Test
  void aChangedRateKeepsTheSharedBucket() {
    nodes(2);
    assertTrue(ask(0, 20));
    share();
    tenants.set(ACME, acme -> acme.userPerSecond(100).userBurst(1000));
    assertTrue(ask(1, 1), "it does not know the user yet");
    share();
    assertFalse(ask(0, 1), "no burst is granted for nothing");
    assertFalse(ask(1, 1));
    time.advance(Duration.ofSeconds(1));
    assertTrue(ask(0, 60), "100 come back, one of which the second node has had");
    assertTrue(ask(1, 30));
    share();
    assertFalse(ask(1, 12));
    assertTrue(ask(1, 9));
  }

  @Test
  void nodesThatLearnOfAChangeAtDifferentTimesConverge() {
    tenants.all(all -> all.userPerSecond(10).userBurst(20));
    TestTenantSettings late =
        new TestTenantSettings().all(all -> all.userPerSecond(10).userBurst(20));
    nodes.add(node(tenants));
    nodes.add(node(late));
    tenants.set(ACME, acme -> acme.userPerSecond(1).userBurst(5));
    assertTrue(ask(0, 5));
    share();
    assertTrue(ask(1, 5), "it does not know the user yet");
    share();
    assertFalse(ask(0, 1));
    assertFalse(ask(1, 1));
    late.set(ACME, acme -> acme.userPerSecond(1).userBurst(5));
    time.advance(Duration.ofSeconds(30));
    assertFalse(ask(0, 6));
    assertTrue(ask(0, 5));
    share();
    assertTrue(ask(1, 5), "it does not know that either");
    share();
    assertFalse(ask(1, 1));
  }

  @Test
  void anotherConfigurationHasOtherBuckets() {
    nodes(1);
    assertTrue(ask(0, 20));
    share();
    RedisRateLimiter after =
        node(new TestTenantSettings().all(all -> all.userPerSecond(10).userBurst(40)));
    assertEquals(39, after.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).remaining());
    after.share();
    assertEquals(38, after.tryAcquire(RateKey.ofUser(ACME, "ann"), 1).remaining());
  }
}
