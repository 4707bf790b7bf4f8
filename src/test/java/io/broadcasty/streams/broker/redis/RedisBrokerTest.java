package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.tenant.RetentionLookup;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerContract;
import io.broadcasty.streams.broker.PublicationListener;
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
