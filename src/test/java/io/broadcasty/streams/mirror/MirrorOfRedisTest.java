package io.broadcasty.streams.mirror;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.fill;
import static io.broadcasty.streams.broker.TestPublications.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.JdbcLeaderLocks;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.jdbc.JdbcArchive;
import io.broadcasty.streams.broker.redis.RedisBroker;
import io.broadcasty.streams.broker.redis.RedisBrokerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests nodes whose Redis keeps 20 publications of a channel, and a database that keeps them all,
 * assembled as in a server.
 */
@Tag("stores")
class MirrorOfRedisTest {

  private static final TenantChannel ORDERS = channel("orders.new");
  private static final TenantChannel OTHERS = channel("other", "orders.old");
  private static final Retention TWENTY = new Retention(Duration.ofHours(1), 20, 1L << 30);
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final RedisServer server = RedisServer.start("--appendonly", "yes", "--save", "");
  private final RedisSettings settings = server.settings();
  private final List<Runnable> ends = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @BeforeEach
  void open() {
    database = connect();
  }

  private Database connect() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("mirror"), "sa", null, 8));
  }

  @AfterEach
  void end() {
    ends.forEach(Runnable::run);
    server.close();
    database.close();
  }

  private RedisBroker streams() {
    Redis redis = Redis.open(settings);
    RedisBroker streams =
        new RedisBroker(
            new RedisBrokerSettings(TWENTY, Duration.ofMinutes(10), 0),
            redis,
            Ticker.system(),
            new RecordingPublicationListener(),
            Thread::new,
            Runnable::run);
    ends.add(0, redis::close);
    return streams;
  }

  private MirroredBroker node() {
    RedisBroker streams = streams();
    JdbcLeaderLocks turns = new JdbcLeaderLocks(database);
    MirroredBroker node =
        new MirroredBroker(
            streams,
            archive(),
            new MirroredChannels(
                List.of(ChannelPattern.parse("orders.*")), ChannelSettingsLookup.NONE),
            streams,
            work -> turns.runIfAcquired("mirror-scan", Duration.ofMinutes(1), Duration.ZERO, work),
            Ticker.system(),
            Thread::new);
    ends.add(0, node::close);
    return node;
  }

  private Archive archive() {
    return new JdbcArchive(database, WallClock.system(), Duration.ofDays(30));
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private long mirrored(TenantChannel channel, String epoch) {
    List<Archive.SequenceRange> stretches =
        archive().ranges(channel, epoch).getOrDefault(0, List.of());
    return stretches.isEmpty() ? 0 : stretches.get(stretches.size() - 1).head();
  }

  private static String epoch(MirroredBroker node, TenantChannel channel) {
    return node.states(channel, 1).get(0).epoch();
  }

  private void publish(MirroredBroker node, int count) {
    for (int left = count; left > 0; left -= 10) {
      fill(node, ORDERS, 0, Math.min(10, left));
      long head = node.states(ORDERS, 1).get(0).head();
      await("the copy", () -> mirrored(ORDERS, epoch(node, ORDERS)) >= head);
    }
  }

  private static List<Long> all(MirroredBroker node) {
    List<Long> all = new ArrayList<>();
    ReplayPage page;
    long after = 0;
    do {
      page = node.replay(new ReplayRequest(ORDERS, 0, null, after, 7, 1 << 20));
      assertNull(page.lost());
      all.addAll(sequences(page.publications()));
      after = all.get(all.size() - 1);
    } while (after < page.state().head());
    return all;
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  @Test
  void aReaderGetsAllAlthoughRedisKeepsOnlyTheLast() {
    MirroredBroker node = node();
    publish(node, 100);
    assertEquals(upTo(100), all(node));
    assertEquals(upTo(100), all(node()), "on another node");
  }

  @Test
  void nodesThatPublishToOneChannelCopyItOnce() {
    MirroredBroker one = node();
    MirroredBroker two = node();
    for (int round = 0; round < 10; round++) {
      fill(one, ORDERS, 0, 5);
      fill(two, ORDERS, 0, 5);
      long head = (round + 1) * 10L;
      await("the copy", () -> mirrored(ORDERS, epoch(one, ORDERS)) == head);
    }
    assertEquals(upTo(100), all(one));
    assertEquals(upTo(100), all(two));
  }

  @Test
  void publicationsLeftByAKilledNodeAreCopiedByAnother() {
    RedisBroker killed = streams();
    fill(killed, ORDERS, 0, 15);
    fill(killed, OTHERS, 0, 5);
    killed.close();
    MirroredBroker other = node();
    await(
        "the scan",
        () ->
            mirrored(ORDERS, epoch(other, ORDERS)) == 15
                && mirrored(OTHERS, epoch(other, OTHERS)) == 5);
  }

  @Test
  void theFormerEpochIsKeptWhenRedisHasLostItsData() {
    MirroredBroker node = node();
    publish(node, 30);
    String former = epoch(node, ORDERS);
    server.kill();
    server.deleteFiles();
    server.restart();
    await(
        "another life",
        () -> {
          try {
            return node.states(ORDERS, 1).get(0).head() == 0;
          } catch (RuntimeException e) {
            return false;
          }
        });
    publish(node, 10);
    String now = epoch(node, ORDERS);
    assertNotEquals(former, now);
    assertEquals(upTo(10), all(node));
    assertNotNull(
        node.replay(new ReplayRequest(ORDERS, 0, former, 12, 10, 1 << 20)).lost(),
        "a reader of the former life is told");
    assertEquals(30, mirrored(ORDERS, former));
  }
}
