package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.fill;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisCluster;
import io.broadcasty.infra.redis.StoredKeys;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerContract;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.RetentionLookup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests the broker on a real Redis Cluster. */
@Tag("stores")
class RedisClusterTest extends BrokerContract {

  private static final int CHANNELS = 12;

  @SuppressWarnings("NullAway.Init")
  private static RedisCluster cluster;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void startCluster() {
    cluster = RedisCluster.start(false);
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @Override
  protected Broker open(RetentionLookup retention, PublicationListener listener) {
    Redis redis = Redis.open(cluster.settings());
    opened.add(redis);
    return new RedisBroker(
        new RedisBrokerSettings(retention, WINDOW, 0),
        redis,
        time,
        () -> Long.toString(time.nowMillis()),
        listener,
        Thread::new,
        Runnable::run);
  }

  @Override
  protected Set<String> stored() {
    return StoredKeys.of((Redis) opened.get(0));
  }

  @AfterEach
  void disconnect() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void nodesReceiveEachOthersPublicationsFromAnyServer() throws Exception {
    var settings = cluster.settings();
    RedisNode one = new RedisNode(settings);
    opened.add(one);
    RedisNode two = new RedisNode(settings);
    opened.add(two);
    for (int c = 0; c < CHANNELS; c++) {
      one.broker.follow(channel("c" + c)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    one.broker
        .follow(new TenantId("acme"), ChannelPattern.parse("c*"))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    for (int c = 0; c < CHANNELS; c++) {
      fill(two.broker, channel("c" + c), 0, 10);
    }
    one.await("all", () -> one.received.all().size() == 10 * CHANNELS);
    one.received.assertContiguousFromOne();
    Set<TenantChannel> born = new HashSet<>();
    one.await(
        "the new channels",
        () -> {
          born.addAll(one.channels);
          return born.size() == CHANNELS;
        });
  }

  /** A replica takes over the killed primary's data; each answer has waited for a replica. */
  @Test
  void acknowledgedPublicationsSurviveTheDeathOfAPrimary() throws Exception {
    try (RedisCluster replicated = RedisCluster.start(true)) {
      var settings = replicated.settings();
      RedisNode one = new RedisNode(settings, 1);
      opened.add(one);
      RedisNode two = new RedisNode(settings, 1);
      opened.add(two);
      for (int c = 0; c < CHANNELS; c++) {
        TenantChannel channel = channel("c" + c);
        one.broker.follow(channel).toCompletableFuture().get(10, TimeUnit.SECONDS);
        for (int i = 1; i <= 5; i++) {
          appended(two.broker, named(channel, 0, "" + i));
        }
      }
      RedisNode three =
          new RedisNode(settings, 0); // the replica that takes over has no replica itself
      opened.add(three);
      replicated.primary(1).kill();
      for (int c = 0; c < CHANNELS; c++) {
        TenantChannel channel = channel("c" + c);
        three.await("a place for 6", () -> isTaken(three, channel, "6"));
        three.await("the outcome of 3", () -> isDuplicate(three, channel, "3"));
        assertEquals(
            LongStream.rangeClosed(1, 6).boxed().toList(),
            kept(three.broker, channel, 0).stream().map(p -> p.position().sequence()).toList());
      }
      for (int c = 0; c < CHANNELS; c++) {
        TenantChannel channel = channel("c" + c);
        one.await(
            "the last of " + channel,
            () -> one.received.sequences(channel, 0).contains(6L) || one.gaps.contains(channel));
      }
    }
  }

  /** Returns whether an id was known, once the server that has taken over is used. */
  private static boolean isDuplicate(RedisNode node, TenantChannel channel, String id) {
    AppendOutcome outcome = publish(node.broker, List.of(named(channel, 0, id))).get(0);
    if (outcome instanceof AppendOutcome.Appended appended) {
      assertTrue(appended.duplicate());
      return true;
    }
    return false;
  }

  private static boolean isTaken(RedisNode node, TenantChannel channel, String id) {
    return publish(node.broker, List.of(named(channel, 0, id))).get(0)
        instanceof AppendOutcome.Appended;
  }
}
