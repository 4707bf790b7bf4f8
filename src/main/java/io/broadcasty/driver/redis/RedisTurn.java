package io.broadcasty.driver.redis;

import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Turn;
import io.broadcasty.redis.Redis;
import java.time.Duration;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** Lets one of the nodes that share a Redis run a task once in a while. */
public final class RedisTurn implements Turn {

  private final Redis redis;
  private final String key;
  private final Duration once;

  /**
   * Creates the lock of a task.
   *
   * @param task its name, the same on all nodes
   * @param once for how long after a node has begun no other begins
   */
  public RedisTurn(Redis redis, String task, Duration once) {
    this.redis = redis;
    this.key = redis.key("turn:" + task);
    this.once = once;
  }

  @Override
  public void take(Runnable work) {
    String acquired;
    try {
      acquired = redis.commands().set(key, "", new SetParams().nx().px(once.toMillis()));
    } catch (JedisException e) {
      throw new BrokerException("cannot acquire the leader lock on Redis", e);
    }
    if (acquired != null) {
      work.run();
    }
  }
}
