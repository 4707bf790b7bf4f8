package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.ephemeral;
import static io.broadcasty.streams.broker.TestPublications.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.TcpProxy;
import io.broadcasty.TcpProxy.Direction;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisAvailability;
import io.broadcasty.infra.redis.RedisCluster;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Tests the broker on a Redis Cluster of which one server is behind a line that swallows. */
@Tag("stores")
class SilentShardTest {

  private static final int CHANNELS = 24;
  private static final int SHARDS = 3;
  private static final int SLOTS = 16384;
  private static final long ANSWERED_SECONDS = 20;

  /** Shorter than the time for which an answer of Redis is waited for. */
  private static final Duration AT_ONCE = Duration.ofMillis(1500);

  private final RedisCluster cluster = RedisCluster.start(false);
  private final TcpProxy proxy = new TcpProxy(cluster.primary(1).port());
  private final RedisSettings settings = cluster.settings();

  @SuppressWarnings("NullAway.Init")
  private RedisNode node;

  private final List<TenantChannel> silent = new ArrayList<>();
  private final List<TenantChannel> others = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    for (int i = 0; i < SHARDS; i++) {
      try (Jedis jedis = new Jedis("127.0.0.1", cluster.primary(i).port())) {
        jedis.configSet("cluster-require-full-coverage", "no");
        if (i == 1) {
          jedis.configSet("cluster-announce-port", "" + proxy.port());
        }
      }
    }
    for (int i = 0; i < SHARDS; i++) {
      awaitAnnounced(i); // a client may ask any of them
    }
    node = new RedisNode(settings);
    for (int c = 0; c < CHANNELS; c++) {
      TenantChannel channel = channel("c" + c);
      (isSilent("seq:{" + channel.tenant() + ":c" + c + "}") ? silent : others).add(channel);
      appended(node.broker, named(channel, 0, "first"));
    }
    assertFalse(silent.isEmpty());
    assertTrue(others.size() > silent.size());
  }

  private void awaitAnnounced(int server) {
    try (Jedis jedis = new Jedis("127.0.0.1", cluster.primary(server).port())) {
      for (int i = 0; i < 200; i++) {
        if (jedis.clusterNodes().contains(":" + proxy.port() + "@")) {
          return;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
    throw new AssertionError("the proxy is not announced");
  }

  @AfterEach
  void close() {
    node.close();
    proxy.close();
    cluster.close();
  }

  private CompletableFuture<List<AppendOutcome>> publish(TenantChannel channel, String id) {
    return node.broker.publish(List.of(named(channel, 0, id))).toCompletableFuture();
  }

  private static AppendOutcome answer(CompletableFuture<List<AppendOutcome>> publishing)
      throws Exception {
    return publishing.get(ANSWERED_SECONDS, TimeUnit.SECONDS).get(0);
  }

  private AppendOutcome answerAtOnce(TenantChannel channel, String id) throws Exception {
    long start = System.nanoTime();
    AppendOutcome outcome = answer(publish(channel, id));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(AT_ONCE) < 0, channel + " was answered after " + took);
    return outcome;
  }

  @Test
  void aSilentShardDelaysOnlyItsOwnChannels() throws Exception {
    proxy.swallowAll(Direction.values());
    List<CompletableFuture<List<AppendOutcome>>> waiting = new ArrayList<>();
    silent.forEach(channel -> waiting.add(publish(channel, "second")));
    for (int i = 0; i < 5; i++) {
      for (TenantChannel channel : others) {
        assertInstanceOf(AppendOutcome.Appended.class, answerAtOnce(channel, "second" + i));
      }
    }
    for (CompletableFuture<List<AppendOutcome>> each : waiting) {
      assertInstanceOf(AppendOutcome.Unavailable.class, answer(each));
    }
    assertInstanceOf(AppendOutcome.Unavailable.class, answerAtOnce(silent.get(0), "third"));
    proxy.restore();
    node.await("the shard", () -> isAppended(silent.get(0)));
  }

  @Test
  void oneCallToManyShardsIsAnsweredInItsOrder() throws Exception {
    List<Envelope> envelopes =
        IntStream.range(0, 3 * CHANNELS)
            .mapToObj(i -> named(channel("c" + i % CHANNELS), 0, "many" + i))
            .toList();
    List<AppendOutcome> outcomes =
        node.broker
            .publish(envelopes)
            .toCompletableFuture()
            .get(ANSWERED_SECONDS, TimeUnit.SECONDS);
    assertEquals(
        LongStream.range(0, 3 * CHANNELS).map(i -> 2 + i / CHANNELS).boxed().toList(),
        outcomes.stream()
            .map(outcome -> ((AppendOutcome.Appended) outcome).position().sequence())
            .toList());
  }

  /** The index of the tenant's channels is on a shard of its own. */
  @Test
  void aChannelIsListedOnceTheShardOfTheIndexAnswers() throws Exception {
    TenantId tenant = tenantWithSilentIndex();
    TenantChannel created = null;
    for (int i = 0; created == null; i++) {
      TenantChannel channel = new TenantChannel(tenant, channel("n" + i).name());
      created = isSilent("seq:{" + tenant + ":n" + i + "}") ? null : channel;
    }
    TenantChannel channel = created;
    proxy.swallowAll(Direction.values());
    assertInstanceOf(AppendOutcome.Appended.class, answer(publish(channel, "first")));
    proxy.restore();
    node.await("the index", () -> isListed(node, channel));
  }

  /** The set of tenants, and the index of each tenant's channels, are on shards of their own. */
  @Test
  void theShardOfTheIndexIsNotBlamedForThatOfTheTenants() throws Exception {
    String prefix = "s0:";
    for (int i = 1; !isSilent(prefix, "tenants"); i++) {
      prefix = "s" + i + ":";
    }
    TenantChannel channel = channelWithIndexElsewhere(prefix);
    try (RedisNode other = new RedisNode(RedisSettings.parse(cluster.url(), prefix, 16));
        LogCapture log = new LogCapture(RedisAvailability.class)) {
      proxy.swallowAll(Direction.values());
      AppendOutcome outcome =
          answer(other.broker.publish(List.of(named(channel, 0, "first"))).toCompletableFuture());
      assertInstanceOf(AppendOutcome.Appended.class, outcome);
      assertFalse(log.lines().isEmpty());
      assertTrue(
          log.lines().stream().allMatch(line -> line.contains(":" + proxy.port() + " ")),
          log.text());
      proxy.restore();
      other.await("the index", () -> isListed(other, channel));
    }
  }

  /** The server that sends the node on is healthy. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSilentShardIsBlamedForWhatWasRedirectedToIt(boolean passing) throws Exception {
    TenantId tenant =
        tenant(
            name ->
                Stream.of("chn:" + name, "due:" + name, "new:" + name)
                    .noneMatch(key -> isSilent(settings.prefix(), key)));
    List<TenantChannel> first =
        IntStream.range(0, 100)
            .filter(i -> shard(settings.prefix(), "seq:{" + tenant + ":m" + i + "}") == 0)
            .mapToObj(i -> channel(tenant.value(), "m" + i))
            .limit(2)
            .toList();
    TenantChannel moved = first.get(0);
    TenantChannel stays = first.get(1);
    move(
        JedisClusterCRC16.getSlot(settings.prefix() + "seq:{" + tenant + ":" + moved.name() + "}"));
    proxy.swallowAll(Direction.values());
    Envelope envelope = passing ? ephemeral(moved, "1") : named(moved, 0, "first");
    assertInstanceOf(
        AppendOutcome.Unavailable.class,
        answer(node.broker.publish(List.of(envelope)).toCompletableFuture()));
    assertInstanceOf(AppendOutcome.Appended.class, answerAtOnce(stays, "first"));
    assertInstanceOf(AppendOutcome.Unavailable.class, answerAtOnce(moved, "second"));
  }

  /** Moves a slot without keys from the first server to the silent one. */
  private void move(int slot) {
    try (Jedis from = new Jedis("127.0.0.1", cluster.primary(0).port());
        Jedis to = new Jedis("127.0.0.1", cluster.primary(1).port())) {
      String id = to.clusterMyId();
      to.clusterSetSlotNode(slot, id);
      from.clusterSetSlotNode(slot, id);
    }
  }

  @Test
  void aSilentShardDelaysOnlyThePruningOfItsOwnTenants() {
    String prefix = "s0:";
    for (int i = 1; isSilent(prefix, "tenants") || isSilent(prefix, "prune"); i++) {
      prefix = "s" + i + ":";
    }
    String there = prefix;
    TenantId mute =
        tenant(name -> isSilent(there, "due:" + name) && !isSilent(there, "chn:" + name));
    TenantId heard =
        tenant(
            name ->
                Stream.of("due:" + name, "chn:" + name, "seq:{" + name + ":forgotten}")
                    .noneMatch(key -> isSilent(there, key)));
    RedisSettings there16 = RedisSettings.parse(cluster.url(), prefix, 16);
    try (RedisNode other = new RedisNode(there16);
        Redis redis = Redis.open(there16)) {
      for (TenantId tenant : List.of(mute, heard)) {
        redis.commands().sadd(ChannelKeys.tenants(redis), tenant.value());
        redis.commands().zadd(ChannelKeys.index(redis, tenant), 0, "forgotten");
      }
      proxy.swallowAll(Direction.values());
      prune(redis, other);
      assertEquals(0, redis.commands().zcard(ChannelKeys.index(redis, heard)));
      assertEquals(1, redis.commands().zcard(ChannelKeys.index(redis, mute)));
      proxy.restore();
      other.await(
          "the other tenant",
          () -> {
            prune(redis, other);
            return redis.commands().zcard(ChannelKeys.index(redis, mute)) == 0;
          });
    }
  }

  /** Prunes although a node has just done so. */
  private static void prune(Redis redis, RedisNode node) {
    redis.commands().del(redis.key("prune"));
    node.broker.prune();
  }

  private static TenantId tenant(Predicate<String> wanted) {
    return Stream.iterate(0, i -> i + 1)
        .map(i -> "t" + i)
        .filter(wanted)
        .map(TenantId::new)
        .findFirst()
        .orElseThrow();
  }

  private TenantChannel channelWithIndexElsewhere(String prefix) {
    for (int i = 0; ; i++) {
      String tenant = "t" + i;
      if (Stream.of("chn:" + tenant, "due:" + tenant, "new:" + tenant, "seq:{" + tenant + ":n}")
          .noneMatch(key -> isSilent(prefix, key))) {
        return channel(tenant, "n");
      }
    }
  }

  private static boolean isListed(RedisNode node, TenantChannel channel) {
    try {
      return node.broker
          .channels(channel.tenant(), ChannelPattern.parse("*"), 10)
          .contains(channel.name());
    } catch (RuntimeException e) {
      return false;
    }
  }

  private TenantId tenantWithSilentIndex() {
    for (int i = 0; ; i++) {
      if (isSilent("chn:t" + i)) {
        return new TenantId("t" + i);
      }
    }
  }

  /** Returns whether the shard behind the proxy has a key. */
  private boolean isSilent(String key) {
    return isSilent(settings.prefix(), key);
  }

  private static boolean isSilent(String prefix, String key) {
    return shard(prefix, key) == 1;
  }

  private static int shard(String prefix, String key) {
    return JedisClusterCRC16.getSlot(prefix + key) * SHARDS / SLOTS;
  }

  private boolean isAppended(TenantChannel channel) {
    try {
      return answer(publish(channel, "again")) instanceof AppendOutcome.Appended;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
