package io.broadcasty.relay.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.PreviousRelease;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.relay.Checkpoints;
import io.broadcasty.relay.CheckpointsContract;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisCheckpointsTest extends CheckpointsContract {

  private final RedisSettings settings = RedisServer.shared().settings();
  private final List<Redis> connected = new ArrayList<>();

  private Redis connect() {
    Redis redis = Redis.open(settings);
    connected.add(redis);
    return redis;
  }

  @Override
  protected Checkpoints open() {
    return new RedisCheckpoints(connect(), LEASE, KEPT);
  }

  @Override
  protected Checkpoints openConnector(String id) {
    return new RedisCheckpoints(connect(), id, LEASE, KEPT);
  }

  /** Waits in real time, since Redis has its own clock. */
  @Override
  protected void outlastLease() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(LEASE.toMillis() + 200);
  }

  @AfterEach
  void disconnect() {
    connected.forEach(Redis::close);
  }

  @Test
  void aCheckpointOfALaterReleaseIsAnError() {
    RedisCheckpoints checkpoints = new RedisCheckpoints(connect(), LEASE, KEPT);
    TenantChannel orders = new TenantChannel(new TenantId("acme"), new ChannelName("orders"));
    Redis redis = connect();
    byte[] key = redis.key("rly:{acme:orders}").getBytes(UTF_8);
    byte[] partition = "3".getBytes(UTF_8);
    redis
        .commands()
        .hset(key, partition, PreviousRelease.written("hash bc:rly:{acme:orders}").get(0));
    assertEquals(Map.of(3, new Position("k3f9a2xw", 3, 41)), checkpoints.claim(orders, "a"));
    for (String value : List.of("\u0002k3f9a2xw:41", "41", "k3f9a2xw:x")) {
      redis.commands().hset(key, partition, value.getBytes(UTF_8));
      assertThrows(BrokerException.class, () -> checkpoints.claim(orders, "a"), value);
      assertThrows(BrokerException.class, () -> checkpoints.claim(orders, "b"), "not kept by a");
      assertThrows(BrokerException.class, () -> checkpoints.read(orders), value);
      assertEquals(Map.of(orders, Map.of()), checkpoints.read(List.of(orders)), value);
    }
  }

  @Test
  void oneNodeAcquiresTheLeaderLock() {
    AtomicInteger taken = new AtomicInteger();
    new RedisLeaderLock(connect(), "t", Duration.ofMinutes(1))
        .runIfAcquired(taken::incrementAndGet);
    new RedisLeaderLock(connect(), "t", Duration.ofMinutes(1))
        .runIfAcquired(taken::incrementAndGet);
    assertEquals(1, taken.get());
  }
}
