package io.broadcasty.core.auth.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.TicketStore;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** Keeps tickets that all nodes share, in Redis. */
@ThreadSafe
public final class RedisTicketStore implements TicketStore {

  private final Redis redis;
  private final long lifeMillis;

  /**
   * @param redis stays open
   * @param life how long a content is kept
   */
  public RedisTicketStore(Redis redis, Duration life) {
    this.redis = redis;
    this.lifeMillis = life.toMillis();
  }

  @Override
  public void put(TenantId tenant, String id, byte[] content) {
    try {
      redis
          .commands()
          .set(
              key(id),
              Base64.getEncoder().encodeToString(content),
              new SetParams().nx().px(lifeMillis));
    } catch (JedisException e) {
      throw new AuthenticationUnavailableException("Cannot keep a ticket in Redis", e);
    }
  }

  @Override
  public byte @Nullable [] take(String id) {
    try {
      String content = redis.commands().get(key(id));
      boolean mine = content != null && redis.commands().del(key(id)) == 1;
      return content == null || !mine ? null : Base64.getDecoder().decode(content);
    } catch (JedisException e) {
      throw new AuthenticationUnavailableException("Cannot take a ticket from Redis", e);
    }
  }

  private String key(String id) {
    return redis.key("tck:" + id);
  }
}
