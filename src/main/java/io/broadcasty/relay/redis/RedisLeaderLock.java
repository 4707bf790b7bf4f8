package io.broadcasty.relay.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Epochs;
import io.broadcasty.streams.broker.LeaderLock;
import java.time.Duration;
import java.util.Map;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * Lets one of the nodes that share a Redis run a task once in a while. A node whose request was not
 * answered may have the lock without knowing so; its next request finds that out.
 */
public final class RedisLeaderLock implements LeaderLock {

  private static final int MAX_UNANSWERED = 64;

  private final Redis redis;
  private final String key;
  private final Duration interval;

  /** The requests that were not answered. */
  @GuardedBy("this")
  private final Map<String, Boolean> unanswered = BoundedMap.ofLatestAdded(MAX_UNANSWERED);

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
    if (acquire()) {
      work.run();
    }
  }

  private synchronized boolean acquire() {
    String request = Epochs.next();
    try {
      SetParams once = new SetParams().nx().px(interval.toMillis());
      if (redis.commands().set(key, request, once) != null) {
        return true;
      }
      String holder = redis.commands().get(key); // a Cluster's client may have sent it twice
      return request.equals(holder) || unanswered.remove(holder) != null;
    } catch (JedisException e) {
      unanswered.put(request, true);
      throw new BrokerException("cannot acquire the leader lock on Redis", e);
    }
  }
}
