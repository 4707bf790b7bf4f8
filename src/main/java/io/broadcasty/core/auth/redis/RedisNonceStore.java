package io.broadcasty.core.auth.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import java.time.Duration;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** Remembers the nonces that all nodes have seen, in Redis. */
@ThreadSafe
public final class RedisNonceStore implements NonceStore {

  private final Redis redis;
  private final long retentionMillis;

  /**
   * @param redis stays open
   * @param retention how long a nonce is remembered
   */
  public RedisNonceStore(Redis redis, Duration retention) {
    this.redis = redis;
    this.retentionMillis = retention.toMillis();
  }

  @Override
  public boolean tryUse(TenantId tenant, String subject, String nonce) {
    String key =
        redis.key("non:" + tenant.value() + ":" + subject.length() + ":" + subject + nonce);
    try {
      return redis.commands().set(key, "", new SetParams().nx().px(retentionMillis)) != null;
    } catch (JedisException e) {
      throw new AuthenticationUnavailableException("Cannot check a nonce in Redis", e);
    }
  }
}
