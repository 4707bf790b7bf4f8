package io.broadcasty.streams.broker.redis;

import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.infra.redis.StoredKeys;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerContract;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.RetentionLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

class RedisBrokerTest extends BrokerContract {

  private final List<Redis> connected = new ArrayList<>();

  @Override
  protected Broker open(RetentionLookup retention, PublicationListener listener) {
    Redis redis = Redis.open(settings());
    connected.add(redis);
    return new RedisBroker(
        new RedisBrokerSettings(retention, WINDOW, 0),
        redis,
        time,
        () -> Long.toString(time.nowMillis()),
        listener,
        Thread::new,
        Runnable::run);
  }

  protected RedisSettings settings() {
    return RedisServer.shared().settings();
  }

  @Override
  protected Set<String> stored() {
    Set<String> keys = StoredKeys.of(connected.get(0));
    keys.removeIf(key -> key.contains("act:")); // notes of what was published, written later
    return keys;
  }

  @AfterEach
  void disconnect() {
    connected.forEach(Redis::close);
  }
}
