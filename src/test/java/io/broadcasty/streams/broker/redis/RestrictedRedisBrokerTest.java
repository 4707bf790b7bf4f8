package io.broadcasty.streams.broker.redis;

import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;

/** Tests the broker as a user who may use only the keys and pub/sub channels with the prefix. */
class RestrictedRedisBrokerTest extends RedisBrokerTest {

  @Override
  protected RedisSettings settings() {
    return RedisServer.shared().restrictedSettings();
  }
}
