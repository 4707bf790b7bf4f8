package io.broadcasty.cluster.nodes.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Tests nodes with short heartbeat intervals on a real Redis. */
@Tag("stores")
class RedisNodeRegistryTest {

  private static final Heartbeat PULSE =
      new Heartbeat(Duration.ofMillis(500), Duration.ofSeconds(2));
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final RedisServer server = RedisServer.start();
  private final RedisSettings settings = server.settings();
  private final List<Member> members = new ArrayList<>();

  private final class Member implements NodeRegistry.Listener {
    private final Redis redis = Redis.open(settings);
    private final List<String> deadNodes = new CopyOnWriteArrayList<>();
    private final AtomicInteger forgotten = new AtomicInteger();
    private final RedisNodeRegistry registry;
    private volatile boolean draining;
    private final AtomicInteger failures = new AtomicInteger();

    Member(String name, long startedAt) {
      registry =
          new RedisNodeRegistry(
              redis,
              () ->
                  new NodeInfo(
                      name,
                      "host of " + name,
                      "1.2",
                      Instant.ofEpochMilli(startedAt),
                      draining,
                      Instant.EPOCH),
              PULSE,
              Ticker.system());
      registry.start(List.of(this), Thread::new);
      members.add(this);
    }

    @Override
    public void onGone(String node) {
      if (failures.getAndDecrement() > 0) {
        throw new JedisConnectionException("no answer");
      }
      deadNodes.add(node);
    }

    @Override
    public void onSelfExpired() {
      forgotten.incrementAndGet();
    }

    List<String> names() {
      return registry.nodes().stream().map(NodeInfo::name).toList();
    }
  }

  @AfterEach
  void end() {
    members.forEach(member -> member.registry.close());
    members.forEach(member -> member.redis.close());
    server.close();
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Test
  void nodesSeeEachOtherComeAndGo() {
    Member one = new Member("one", 2000);
    Member two = new Member("two", 1000);
    await("both", () -> one.names().equals(List.of("two", "one")));
    await("both", () -> two.names().equals(List.of("two", "one")));
    NodeInfo seen = one.registry.nodes().get(0);
    assertEquals("host of two", seen.host());
    assertEquals("1.2", seen.version());
    assertEquals(Instant.ofEpochMilli(1000), seen.startedAt());
    assertTrue(Duration.between(seen.seenAt(), Instant.now()).abs().toSeconds() < 10);
    two.draining = true;
    await("the drain", () -> one.registry.nodes().get(0).draining());
    two.registry.close();
    await("the sign-off", () -> one.names().equals(List.of("one")));
    assertEquals(List.of(), one.deadNodes, "it has looked after its own end");
  }

  @Test
  void removingADeadNodeIsRetriedUntilItSucceeds() {
    Member one = new Member("one", 1);
    Member two = new Member("two", 2);
    await("both", () -> one.names().size() == 2 && two.names().size() == 2);
    LockSupport.parkNanos(PULSE.timeToLive().toNanos()); // it has been alive for a while
    one.failures.set(1);
    two.redis.close(); // like kill -9
    await("the end", () -> one.deadNodes.equals(List.of("two")));
    await("its end", () -> one.names().equals(List.of("one")));
  }

  @Test
  void aNodeIsNotifiedWhenItsHeartbeatHadExpired() {
    Member one = new Member("one", 1);
    await("the start", () -> one.forgotten.get() == 1 && one.names().size() == 1);
    one.redis.commands().flushAll();
    await("the loss", () -> one.forgotten.get() == 2);
    server.kill();
    server.restart();
    await("the outage", () -> one.forgotten.get() >= 3);
    assertEquals(List.of(), one.deadNodes);
  }
}
