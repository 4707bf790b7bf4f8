package io.broadcasty.streams.spool;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.TcpProxy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.JdbcLeaderLocks;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.jdbc.JdbcSpool;
import io.broadcasty.streams.broker.redis.RedisBroker;
import io.broadcasty.streams.broker.redis.RedisBrokerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests two nodes, a Redis that fails and recovers, and a database, assembled as in a server. */
@Tag("stores")
class SpoolOfRedisTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final Retention ALL = new Retention(Duration.ofHours(1), 100_000, 1L << 30);
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private static SpoolingBroker node(RedisSettings settings, Database database) {
    RedisBroker streams =
        new RedisBroker(
            new RedisBrokerSettings(ALL, Duration.ofMinutes(10), 0),
            Redis.open(settings),
            Ticker.system(),
            new RecordingPublicationListener(),
            Thread::new,
            Runnable::run);
    return node(streams, database);
  }

  private static SpoolingBroker node(Broker streams, Database database) {
    JdbcLeaderLocks turns = new JdbcLeaderLocks(database);
    return new SpoolingBroker(
            streams,
            new JdbcSpool(database, WallClock.system()),
            work -> turns.runIfAcquired("spool", Duration.ofSeconds(30), Duration.ZERO, work),
            MemoryBudget.unlimited(MemoryArea.QUEUES),
            Ticker.system(),
            Thread::new,
            CompletableFuture.delayedExecutor(
                SpoolingBroker.ANSWER_DELAY.toMillis(), TimeUnit.MILLISECONDS, Runnable::run),
            Runnable::run)
        .start(Thread::new);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Test
  void publicationsDuringAnOutageOfRedisArePublishedAfterwards() {
    DatabaseSettings settings =
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("spool"), "sa", null, 8);
    try (RedisServer server = RedisServer.start("--appendonly", "yes", "--save", "");
        Database database = Database.open(settings)) {
      RedisSettings redis = server.settings();
      try (SpoolingBroker one = node(redis, database);
          SpoolingBroker two = node(redis, database)) {
        List<SpoolingBroker> nodes = List.of(one, two);
        List<String> acknowledged = new ArrayList<>();
        int queued = 0;
        for (int i = 0; i < 300; i++) {
          if (i == 100) {
            server.kill();
          } else if (i == 200) {
            server.restart();
          }
          String id = "id" + i;
          AppendOutcome outcome = publish(nodes.get(i % 2), List.of(named(ORDERS, 0, id))).get(0);
          queued += outcome instanceof AppendOutcome.Queued ? 1 : 0;
          if (!(outcome instanceof AppendOutcome.Unavailable)) {
            acknowledged.add(id);
          }
        }
        assertEquals(300, acknowledged.size(), "no caller was refused");
        assertTrue(queued >= 100, queued + " were queued");
        await("all", () -> sizeOf(one) == 300);
        assertEquals(
            acknowledged, kept(one, ORDERS, 0).stream().map(p -> p.envelope().id()).toList());
        await(
            "as ever",
            () ->
                publish(two, List.of(named(ORDERS, 0, "last"))).get(0)
                    instanceof AppendOutcome.Appended);
        for (SpoolingBroker node : nodes) {
          assertEquals(StoreCondition.State.UP, node.condition().state());
        }
      }
    }
  }

  @Test
  void theOrderIsKeptWhileOneOfTwoNodesIsCutOffFromRedis() {
    DatabaseSettings settings =
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("spool"), "sa", null, 8);
    try (TcpProxy line = new TcpProxy(RedisServer.shared().port());
        Database database = Database.open(settings)) {
      RedisSettings direct = RedisServer.shared().settings();
      RedisSettings proxied =
          RedisSettings.parse("redis://127.0.0.1:" + line.port(), direct.prefix(), 16);
      try (SpoolingBroker cutOff = node(proxied, database);
          SpoolingBroker healthy = node(direct, database)) {
        List<SpoolingBroker> nodes = List.of(cutOff, healthy);
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
          if (i == 20) {
            line.cut();
          } else if (i == 80) {
            line.restore();
          }
          String id = "id" + i;
          AppendOutcome outcome = publish(nodes.get(i % 2), List.of(named(ORDERS, 0, id))).get(0);
          if (!(outcome instanceof AppendOutcome.Unavailable)) {
            acknowledged.add(id);
          }
        }
        assertEquals(120, acknowledged.size(), "no caller was refused");
        await("all", () -> sizeOf(healthy) == 120);
        assertEquals(
            acknowledged, kept(healthy, ORDERS, 0).stream().map(p -> p.envelope().id()).toList());
      }
    }
  }

  private static int sizeOf(SpoolingBroker node) {
    try {
      return kept(node, ORDERS, 0).size();
    } catch (RuntimeException e) {
      return 0;
    }
  }
}
