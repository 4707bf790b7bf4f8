package io.broadcasty.streams.broker.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.infra.redis.StoredKeys;
import io.broadcasty.streams.broker.TestPublications;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Tests what nodes know of each other's publications, and what idle channels cost. */
@Tag("stores")
class ChannelActivityTest {

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static TenantChannel channel(int number) {
    return TestPublications.channel("c" + number);
  }

  @Test
  void nodesKnowWhichChannelsOthersPublishTo() {
    RedisSettings settings = RedisServer.shared().settings();
    try (Redis redis = Redis.open(settings)) {
      ChannelActivity one = new ChannelActivity(redis);
      ChannelActivity two = new ChannelActivity(redis);
      one.flush();
      assertEquals(Set.of(), two.readChanged());
      assertEquals(Set.of(), StoredKeys.of(redis), "nothing was published");

      Set<TenantChannel> published = new HashSet<>();
      for (int i = 0; i < 5000; i++) {
        one.onPublish(channel(i));
        published.add(channel(i));
      }
      one.flush();
      assertEquals(published, two.readChanged());
      assertEquals(published, new ChannelActivity(redis).readChanged(), "a node that starts");
      two.onPublish(channel(7000));
      two.flush();
      assertTrue(one.readChanged().contains(channel(7000)));
      assertTrue(two.readChanged().contains(channel(7000)));
      assertTrue(StoredKeys.of(redis).size() <= 16);
    }
  }

  @Test
  void manyIdleChannelsAreCheckedAFewAtATime() throws Exception {
    try (RedisServer server = RedisServer.start("--save", "");
        RedisNode node = new RedisNode(server.settings());
        Jedis jedis = new Jedis("127.0.0.1", server.port())) {
      List<CompletableFuture<Void>> following = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        following.add(node.broker.follow(channel(i)).toCompletableFuture());
      }
      for (var each : following) {
        each.get(30, TimeUnit.SECONDS);
      }
      jedis.configResetStat();
      long deadline = System.nanoTime() + TIMEOUT_NANOS;
      while (calls(jedis, "hgetall") < 40) {
        assertTrue(System.nanoTime() < deadline, "no check");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      assertTrue(calls(jedis, "hgetall") <= 200, calls(jedis, "hgetall") + " reads at once");
    }
  }

  private static long calls(Jedis jedis, String command) {
    String stats = jedis.info("commandstats");
    int at = stats.indexOf("cmdstat_" + command + ":calls=");
    if (at < 0) {
      return 0;
    }
    int start = stats.indexOf('=', at) + 1;
    return Long.parseLong(stats.substring(start, stats.indexOf(',', start)));
  }
}
