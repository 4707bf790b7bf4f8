package io.broadcasty.auth.redis;

import io.broadcasty.auth.AuthenticationUnavailableException;
import io.broadcasty.auth.NonceStore;
import io.broadcasty.redis.Redis;
import io.broadcasty.tenant.TenantId;
import java.time.Duration;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** Remembers the nonces that all nodes have seen, in Redis. */
public final class RedisNonceStore implements NonceStore {

  private final Redis redis;
  private final long keptMillis;

  /**
   * @param redis stays open
   * @param kept how long a nonce is remembered
   */
  public RedisNonceStore(Redis redis, Duration kept) {
    this.redis = redis;
    this.keptMillis = kept.toMillis();
  }

  @Override
  public boolean isFirstUse(TenantId tenant, String subject, String nonce) {
    String key =
        redis.key("non:" + tenant.value() + ":" + subject.length() + ":" + subject + nonce);
    try {
      return redis.commands().set(key, "", new SetParams().nx().px(keptMillis)) != null;
    } catch (JedisException e) {
      throw new AuthenticationUnavailableException("Cannot check a nonce in Redis", e);
    }
  }
}
