package io.broadcasty.broker.redis;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerContract;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.RedisServer;
import io.broadcasty.tenant.RetentionLookup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

class RedisBrokerTest extends BrokerContract {

  private final List<Redis> connected = new ArrayList<>();

  @Override
  protected Broker open(RetentionLookup retention, PublicationListener listener) {
    Redis redis = Redis.open(RedisServer.shared().settings());
    connected.add(redis);
    return new RedisBroker(
        new RedisBrokerSettings(retention, WINDOW, 0),
        redis,
        time,
        time,
        listener,
        Thread::new,
        Runnable::run);
  }

  @AfterEach
  void disconnect() {
    connected.forEach(Redis::close);
  }
}
