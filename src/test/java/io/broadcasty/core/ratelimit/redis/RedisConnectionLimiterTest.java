package io.broadcasty.core.ratelimit.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.core.ratelimit.ConnectionLimiterContract;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests connection limits on a real Redis: the contract on one node, and several nodes. */
class RedisConnectionLimiterTest extends ConnectionLimiterContract {

  private static final RedisServer SERVER = RedisServer.start();

  private final ManualTime time = new ManualTime();
  private final Redis redis = Redis.open(SERVER.settings());
  private final Set<String> live = ConcurrentHashMap.newKeySet();
  private final RedisConnectionLimiter limiter = node(NODE);

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  @AfterEach
  void forget() {
    redis.commands().flushAll();
    redis.close();
  }

  @Override
  protected ConnectionLimiter limiter() {
    return limiter;
  }

  private RedisConnectionLimiter node(String name) {
    live.add(name);
    return new RedisConnectionLimiter(redis, name, tenants, time, () -> List.copyOf(live));
  }

  @Test
  void theConnectionsOfAllNodesCount() {
    RedisConnectionLimiter second = node("n2");
    ConnectionLimiter.Permit here = acquire("ann");
    assertNotNull(second.tryAcquire(ACME, "ann"));
    assertNull(second.tryAcquire(ACME, "ann"));
    assertNull(limiter.tryAcquire(ACME, "ann"));
    assertEquals(Map.of(NODE, 1, "n2", 1), second.connections(ACME));
    here.close();
    limiter.reportCounts();
    assertNotNull(second.tryAcquire(ACME, "ann"), "its place has become free");
    assertEquals(Map.of("n2", 2), limiter.connections(ACME));
  }

  @Test
  void connectionsOfADeadNodeDoNotCountAndAreRemoved() {
    RedisConnectionLimiter second = node("n2");
    second.tryAcquire(ACME, "ann");
    second.tryAcquire(ACME, "ann");
    assertNull(limiter.tryAcquire(ACME, "ann"));
    live.remove("n2");
    acquire("ann");
    acquire("ann");
    for (int round = 0; round < 2; round++) {
      time.advance(Duration.ofSeconds(30));
      limiter.reportCounts();
    }
    assertEquals(Map.of(NODE, "2"), redis.commands().hgetAll(redis.key("con:{acme}")));
  }

  @Test
  void countsLostByRedisAreReportedAgain() {
    RedisConnectionLimiter second = node("n2");
    acquire("ann");
    acquire("ann");
    redis.commands().flushAll();
    time.advance(Duration.ofSeconds(30));
    limiter.reportCounts();
    assertNull(second.tryAcquire(ACME, "ann"));
  }

  @Test
  void withoutRedisEachNodeCountsForItselfAndReportsLater() {
    RedisConnectionLimiter second = node("n2");
    ConnectionLimiter.Permit before = acquire("ann");
    SERVER.kill();
    acquire("ann");
    assertNull(limiter.tryAcquire(ACME, "ann"));
    assertNotNull(second.tryAcquire(ACME, "ann"));
    assertEquals(Map.of(NODE, 2), limiter.connections(ACME));
    before.close();
    limiter.reportCounts();
    SERVER.restart();
    redis.dropIdleConnections();
    time.advance(Duration.ofSeconds(30));
    limiter.reportCounts();
    second.reportCounts();
    assertEquals(Map.of(NODE, 1, "n2", 1), limiter.connections(ACME));
    assertNull(second.tryAcquire(ACME, "ann"));
  }
}
