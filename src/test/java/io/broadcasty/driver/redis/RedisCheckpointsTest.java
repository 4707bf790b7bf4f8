package io.broadcasty.driver.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.driver.Checkpoints;
import io.broadcasty.driver.CheckpointsContract;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.RedisServer;
import io.broadcasty.redis.RedisSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /** Redis has its own clock. */
  @Override
  protected void outlastLease() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(LEASE.toMillis() + 200);
  }

  @AfterEach
  void disconnect() {
    connected.forEach(Redis::close);
  }

  @Test
  void oneNodeTakesATurn() {
    AtomicInteger taken = new AtomicInteger();
    new RedisTurn(connect(), "t", Duration.ofMinutes(1)).take(taken::incrementAndGet);
    new RedisTurn(connect(), "t", Duration.ofMinutes(1)).take(taken::incrementAndGet);
    assertEquals(1, taken.get());
  }
}
