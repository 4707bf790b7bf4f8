package io.broadcasty.delivery.occupancy.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.occupancy.OccupancyNode;
import io.broadcasty.delivery.occupancy.OccupancyStore;
import io.broadcasty.delivery.occupancy.SharedOccupancyContract;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisCluster;
import io.broadcasty.infra.redis.RedisSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Tests nodes on a Redis Cluster. */
@Tag("stores")
class RedisClusterOccupancyStoreTest extends SharedOccupancyContract {

  private static final int PRIMARIES = 3;

  @SuppressWarnings("NullAway.Init")
  private static RedisCluster cluster;

  private RedisSettings settings = cluster.settings();
  private final List<Redis> connected = new ArrayList<>();

  @BeforeAll
  static void start() {
    cluster = RedisCluster.start(false);
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  @Override
  protected OccupancyStore open(String node) {
    Redis redis = Redis.open(settings);
    connected.add(redis);
    return new RedisOccupancyStore(redis, node, List::of, Ticker.system());
  }

  @Override
  protected void loseAll() {
    for (int i = 0; i < PRIMARIES; i++) {
      try (Jedis primary = new Jedis("127.0.0.1", cluster.primary(i).port())) {
        primary.flushAll();
      }
    }
  }

  @Override
  protected void closeStores() {
    connected.forEach(Redis::close);
  }

  @Test
  void survivesTheDeathOfAServer() {
    try (RedisCluster mortal = RedisCluster.start(true)) {
      settings = mortal.settings();
      OccupancyNode a = node("a");
      OccupancyNode b = node("b");
      int channels = 30;
      for (int i = 0; i < channels; i++) {
        a.subscribe(channel("c" + i));
      }
      awaitNotified(a);
      awaitNotified(b);
      mortal.primary(0).kill();
      for (int i = 0; i < channels; i++) {
        b.subscribe(channel("c" + i));
        a.unsubscribe(channel("c" + i));
      }
      for (int i = 0; i < 3; i++) { // on each of the servers, sooner or later
        awaitNotified(b);
        awaitNotified(a);
      }
      for (int i = 0; i < channels; i++) {
        b.unsubscribe(channel("c" + i));
      }
      for (int i = 0; i < channels; i++) {
        int channel = i;
        await(
            "the end", () -> Boolean.FALSE.equals(assertAlternating().get(channel("c" + channel))));
      }
      for (int i = 0; i < channels; i++) {
        int events = notifications(channel("c" + i)).size();
        assertEquals(0, events % 2, notifications(channel("c" + i))::toString);
      }
      stopNodes();
    }
  }
}
