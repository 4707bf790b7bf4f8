package io.broadcasty.delivery.occupancy.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.occupancy.ChannelState;
import io.broadcasty.delivery.occupancy.OccupancyAnswer;
import io.broadcasty.delivery.occupancy.OccupancyChange;
import io.broadcasty.delivery.occupancy.OccupancyChange.Kind;
import io.broadcasty.delivery.occupancy.OccupancyNode;
import io.broadcasty.delivery.occupancy.OccupancyStore;
import io.broadcasty.delivery.occupancy.SharedOccupancyContract;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests nodes on a real Redis. */
@Tag("stores")
class RedisOccupancyStoreTest extends SharedOccupancyContract {

  private RedisSettings settings = RedisServer.shared().settings();
  private final Map<String, OccupancyStore> stores = new HashMap<>();
  private final List<Redis> connected = new ArrayList<>();

  @Override
  protected OccupancyStore open(String node) {
    Redis redis = Redis.open(settings);
    connected.add(redis);
    return new RedisOccupancyStore(redis, node, List::of, Ticker.system());
  }

  @Override
  protected void loseAll() {
    try (Redis redis = Redis.open(settings)) {
      Set<String> keys = redis.commands().keys(redis.key("*"));
      redis.commands().del(keys.toArray(String[]::new));
    }
  }

  @Override
  protected void closeStores() {
    connected.forEach(Redis::close);
  }

  /** {@link ChannelState} decides the same, and is easier to read. */
  @Test
  void theScriptDecidesLikeChannelState() {
    String[] names = {"a", "b", "c"};
    Kind[] kinds = Kind.values();
    Random random = new Random(17);
    for (int round = 0; round < 40; round++) {
      TenantChannel channel = channel("twin-" + round);
      ChannelState twin = new ChannelState();
      List<String> history = new ArrayList<>();
      for (int i = 1; i <= 60; i++) {
        String by = names[random.nextInt(3)];
        Kind kind = kinds[random.nextInt(kinds.length)];
        boolean ofAnother = kind == Kind.LEAVE && random.nextInt(4) == 0;
        String about = ofAnother ? names[random.nextInt(3)] : by;
        int number = Math.max(1, i - random.nextInt(4)); // late or repeated reports
        boolean gone = ofAnother && random.nextBoolean(); // dead for an hour: it has returned
        long goneNanos = gone ? System.nanoTime() - Duration.ofHours(1).toNanos() : 0;
        OccupancyChange change = new OccupancyChange(channel, about, kind, number, goneNanos);
        OccupancyAnswer expected = twin.apply(change, by, 1_000_000, gone ? 3_600_000 : 0);
        history.add(by + " says " + change.kind() + " " + number + " of " + about);
        OccupancyStore store = stores.computeIfAbsent(by, this::open);
        assertEquals(Map.of(change, expected), store.apply(List.of(change)), history::toString);
      }
    }
  }

  @Test
  void reportsOfNodesThatRunStayValid() {
    try (Redis redis = Redis.open(settings)) {
      TenantChannel channel = channel("old-news");
      RedisOccupancyStore c =
          new RedisOccupancyStore(redis, "c", () -> List.of("a", "c"), Ticker.system());
      String elevenMinutesAgo =
          Long.toString(redis.clock().nowMillis() - Duration.ofMinutes(11).toMillis());
      String key = redis.key("occ:{acme:old-news}");
      for (String holder : List.of("a", "b")) { // of which b does not run
        redis.commands().del(key);
        redis.commands().hset(key, Map.of(holder, "+1 " + elevenMinutesAgo, "!", "o  0"));
        OccupancyChange joined = new OccupancyChange(channel, "c", Kind.OCCUPY, 1);
        assertEquals(Map.of(joined, OccupancyAnswer.NOTHING), c.apply(List.of(joined)));
        OccupancyChange left = new OccupancyChange(channel, "c", Kind.LEAVE, 2);
        assertEquals(
            Map.of(left, holder.equals("a") ? OccupancyAnswer.NOTHING : OccupancyAnswer.VACATED),
            c.apply(List.of(left)));
      }
    }
  }

  @Test
  void allKeysExpire() {
    try (Redis redis = Redis.open(settings)) {
      RedisOccupancyStore store = new RedisOccupancyStore(redis, "a", List::of, Ticker.system());
      TenantChannel channel = channel("news");
      store.apply(List.of(new OccupancyChange(channel, "a", Kind.OCCUPY, 1)));
      for (String key : redis.commands().keys(redis.key("*"))) {
        assertTrue(redis.commands().pttl(key) > 0, () -> key + " never ends");
      }
      assertEquals(List.of(channel), List.copyOf(store.channelsOf("a", 10)));
      store.apply(List.of(new OccupancyChange(channel, "a", Kind.LEAVE, 2)));
      store.apply(List.of(new OccupancyChange(channel, "a", Kind.TOLD_VACATED, 2)));
      store.release("a", List.of(channel));
      Set<String> left = redis.commands().keys(redis.key("*"));
      assertEquals(1, left.size(), left::toString);
      assertTrue(redis.commands().pttl(left.iterator().next()) <= 600_000);
    }
  }

  /** A restarted Redis does not know the script. */
  @Test
  void theScriptIsSentToAServerThatDoesNotKnowIt() {
    OccupancyNode a = node("a");
    a.subscribe(ORDERS);
    awaitNotifications(ORDERS, "a+");
    try (Redis redis = Redis.open(settings)) {
      redis.commands().scriptFlush(redis.key("x"));
    }
    for (int i = 0; i < 20; i++) {
      a.subscribe(channel("news-" + i));
    }
    a.unsubscribe(ORDERS);
    awaitNotifications(ORDERS, "a+", "a-");
    awaitNotified(a);
    assertEquals(List.of("a+"), notifications(channel("news-19")));
  }

  @Test
  void reconnectsAfterAnOutageOfRedis() {
    try (RedisServer server = RedisServer.start("--save", "", "--appendonly", "yes")) {
      settings = server.settings();
      OccupancyNode a = node("a");
      OccupancyNode b = node("b");
      a.subscribe(ORDERS);
      awaitNotifications(ORDERS, "a+");
      server.kill();
      b.subscribe(ORDERS);
      a.unsubscribe(ORDERS);
      a.subscribe(channel("news"));
      server.restart();
      awaitNotifications(channel("news"), "a+");
      awaitNotified(b);
      awaitNotified(a);
      assertAlternating();
      server.kill();
      server.deleteFiles();
      server.restart();
      a.unsubscribe(channel("news"));
      awaitNotifications(channel("news"), "a+", "a-");
      awaitNotified(b);
      int before = notifications(ORDERS).size();
      b.unsubscribe(ORDERS);
      await("the end", () -> notifications(ORDERS).size() == before + 1);
      assertAlternating();
      stopNodes();
    }
  }
}
