package io.broadcasty.presence.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.TcpProxy;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisCluster;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.MemberEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Tests many members of a channel, and many channels, on a real Redis. */
@Tag("stores")
class ManyMembersTest {

  private static final int MANY = 3000;
  private static final TenantChannel ROOM = room("room");

  private final LocalMemberships held = new LocalMemberships(Ticker.system());

  private static TenantChannel room(String name) {
    return new TenantChannel(new TenantId("acme"), new ChannelName("presence-" + name));
  }

  private PresenceOperationQueue node(Redis redis, String name) {
    return node(redis, name, changes(redis, name));
  }

  private PresenceOperationQueue node(Redis redis, String name, MemberChanges changes) {
    return new PresenceOperationQueue(redis, name, ScriptClock.ofRedis(), held, changes);
  }

  private MemberChanges changes(Redis redis, String name) {
    return new MemberChanges(
        redis,
        name,
        tenant -> 100_000,
        ScriptClock.ofRedis(),
        held,
        new MemberEvents(RealtimeListener.NONE));
  }

  private PresenceOperation holding(TenantChannel channel, String id) {
    held.hold(channel, new Member(id, "{\"id\":\"" + id + "\"}"), "c");
    return PresenceOperation.membershipUpdate(channel, id);
  }

  private static long members(Redis redis, TenantChannel channel) {
    return redis.commands().hlen(PresenceKeys.of(redis, channel).scripts().get(0));
  }

  private List<PresenceOperation> manyJoin() {
    List<PresenceOperation> joins = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      joins.add(holding(ROOM, "m" + i));
    }
    return joins;
  }

  @Test
  void noScriptGoesThroughAllMembersOfAChannel() {
    try (RedisServer server = RedisServer.start("--save", "");
        Redis redis = Redis.open(server.settings());
        Jedis jedis = new Jedis("127.0.0.1", server.port())) {
      MemberChanges changes = changes(redis, "node");
      PresenceOperationQueue node = node(redis, "node", changes);
      assertEquals(List.of(), node.send(manyJoin()));
      assertEquals(MANY, members(redis, ROOM));
      node.send(List.of(holding(room("small"), "ann")));
      jedis.configResetStat();

      assertEquals(0, new MemberSweep(changes).expire(ROOM));
      assertEquals(MANY, members(redis, ROOM));
      new MemberSweep(changes(redis, "other"))
          .forget(List.of(ROOM, room("small"), room("none")), "node");
      assertEquals(0, members(redis, ROOM));
      assertEquals(0, members(redis, room("small")));
      assertNull(
          redis.commands().hget(PresenceKeys.of(redis, ROOM).calls(), PresenceKeys.bytes("node")));
      String commands = jedis.info("commandstats");
      assertFalse(commands.contains("cmdstat_hgetall"), commands);
      assertFalse(commands.contains("cmdstat_hvals"), commands);
      String scans = commands.substring(commands.indexOf("cmdstat_hscan:calls="));
      int calls = Integer.parseInt(scans.substring(20, scans.indexOf(',')));
      assertTrue(calls >= 2 * MANY / 500, calls + " parts");
    }
  }

  @Test
  void membersReadInPartsAreExactAlthoughSomeChange() {
    try (Redis redis = Redis.open(RedisServer.shared().settings())) {
      PresenceOperationQueue node = node(redis, "node");
      assertEquals(List.of(), node.send(manyJoin()));
      LocalPresenceStore local =
          new LocalPresenceStore(tenant -> 100_000, new ManualTime(), change -> {}, task -> {});
      MembershipCache cache = new MembershipCache(ROOM, local);
      MembersRead read = new MembersRead(cache);
      long parts = 0;
      long version = version(redis);
      boolean ended = false;
      while (!ended) {
        ended = read.add(next(redis, read));
        if (parts++ == 0) { // before the next part
          cache.onChange(message(version + 1, "+3 2\nnew{}" + "-2 0\nm0"));
          cache.onChange(message(version + 2, "+2 7\nm1{\"a\":1}"));
        }
      }
      assertTrue(parts >= MANY / 1000, parts + " parts");
      read.finish();
      Set<String> present =
          local.members(ROOM, null, 100_000).members().stream()
              .map(Member::id)
              .collect(Collectors.toSet());
      assertTrue(present.contains("new"));
      assertFalse(present.contains("m0"));
      assertTrue(cache.isInSyncWith(version + 2));
    }
  }

  private static List<?> next(Redis redis, MembersRead read) {
    return (List<?>)
        Script.load(MembersRead.class, "read.lua")
            .run(redis.commands(), PresenceKeys.of(redis, ROOM).scripts(), read.arguments());
  }

  private static long version(Redis redis) {
    byte[] count = redis.commands().get(PresenceKeys.of(redis, ROOM).version());
    return Long.parseLong(new String(count, StandardCharsets.US_ASCII));
  }

  private static byte[] message(long version, String changes) {
    return (version + "\n" + changes).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void joinsOfManyChannelsShareRoundTrips() {
    RedisSettings settings = RedisServer.shared().settings();
    try (TcpProxy line = new TcpProxy(RedisServer.shared().port());
        Redis redis =
            Redis.open(
                RedisSettings.parse("redis://127.0.0.1:" + line.port(), settings.prefix(), 4))) {
      PresenceOperationQueue node = node(redis, "node");
      List<PresenceOperation> joins = new ArrayList<>();
      List<CompletableFuture<Long>> answers = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        PresenceOperation join = holding(room("r" + i), "ann");
        joins.add(new PresenceOperation(join.channel(), join.kind(), join.member(), 0, answer));
        answers.add(answer);
      }
      line.delayAll(Duration.ofMillis(20), TcpProxy.Direction.TO_CLIENT);
      long start = System.nanoTime();
      assertEquals(List.of(), node.send(joins));
      long millis = (System.nanoTime() - start) / 1_000_000;
      assertTrue(millis < 10_000, millis + " ms; one after another, it would take 20 s");
      answers.forEach(answer -> assertEquals(1, answer.join()));
      for (int i = 0; i < 1000; i++) {
        assertEquals(1, members(redis, room("r" + i)));
      }
    }
  }

  @Test
  void aShardThatDoesNotAnswerFailsOnlyItsChannels() {
    try (RedisCluster cluster = RedisCluster.start(false);
        Redis redis = Redis.open(cluster.settings())) {
      PresenceOperationQueue node = node(redis, "node");
      List<PresenceOperation> joins = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        joins.add(holding(room("r" + i), "ann"));
      }
      assertEquals(List.of(), node.send(joins), "on all shards");
      RedisServer dead = cluster.primary(1);
      Set<TenantChannel> lost =
          joins.stream()
              .map(PresenceOperation::channel)
              .filter(
                  c -> redis.serverOf(PresenceKeys.of(redis, c).version()).getPort() == dead.port())
              .collect(Collectors.toSet());
      assertTrue(!lost.isEmpty() && lost.size() < 60, lost.size() + " on the shard");
      dead.kill();
      List<PresenceOperation> failed = node.send(joins);
      assertEquals(
          lost, failed.stream().map(PresenceOperation::channel).collect(Collectors.toSet()));
    }
  }
}
