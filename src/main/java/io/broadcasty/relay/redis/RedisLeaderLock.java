package io.broadcasty.relay.redis;

import io.broadcasty.infra.redis.Redis;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.LeaderLock;
import java.time.Duration;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/** Lets one of the nodes that share a Redis run a task once in a while. */
public final class RedisLeaderLock implements LeaderLock {

  private final Redis redis;
  private final String key;
  private final Duration interval;

  /**
   * Creates the lock of a task.
   *
   * @param task its name, the same on all nodes
   * @param once for how long after a node has begun no other begins
   */
  public RedisLeaderLock(Redis redis, String task, Duration once) {
    this.redis = redis;
    this.key = redis.key("turn:" + task);
    this.interval = once;
  }

  @Override
  public void runIfAcquired(Runnable work) {
    String acquired;
    try {
      acquired = redis.commands().set(key, "", new SetParams().nx().px(interval.toMillis()));
    } catch (JedisException e) {
      throw new BrokerException("cannot acquire the leader lock on Redis", e);
    }
    if (acquired != null) {
      work.run();
    }
  }
}
