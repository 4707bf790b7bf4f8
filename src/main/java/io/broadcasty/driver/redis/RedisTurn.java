package io.broadcasty.driver.redis;

import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Turn;
import io.broadcasty.redis.Redis;
import java.time.Duration;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** A task that one of the nodes that share a Redis does, once in a while. */
public final class RedisTurn implements Turn {

  private final Redis redis;
  private final String key;
  private final Duration once;

  /**
   * @param task its name, the same on all nodes
   * @param once after a node has begun, no other begins within so long
   */
  public RedisTurn(Redis redis, String task, Duration once) {
    this.redis = redis;
    this.key = redis.key("turn:" + task);
    this.once = once;
  }

  @Override
  public void take(Runnable work) {
    String mine;
    try {
      mine = redis.commands().set(key, "", new SetParams().nx().px(once.toMillis()));
    } catch (JedisException e) {
      throw new BrokerException("Redis cannot be asked whose turn it is", e);
    }
    if (mine != null) {
      work.run();
    }
  }
}
