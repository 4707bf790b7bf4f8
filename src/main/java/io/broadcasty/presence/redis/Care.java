package io.broadcasty.presence.redis;

import static io.broadcasty.presence.redis.PresenceKeys.bytes;

import io.broadcasty.background.FailureLog;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceException;
import io.broadcasty.redis.PubSub;
import io.broadcasty.redis.Redis;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * Synchronises presence with Redis on one thread: sends queued operations, reads channels that are
 * out of sync, and expires leases.
 */
final class Care implements Runnable, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Care.class.getName());

  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "Synchronising presence with Redis", Ticker.system());
  private static final long ROUND_MILLIS = 250;
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long EXPIRE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long STOP_MILLIS = 3000;

  private final Redis redis;
  private final String node;
  private final Ticker ticker;
  private final WallClock clock;
  private final Holdings holdings;
  private final Steps steps;
  private final Replicas replicas;
  private final PubSub news;

  private final List<Step> again = new ArrayList<>();
  private long checkNanos;
  private long expireNanos;

  /** Whether Redis may have lost what this node's connections hold. */
  private volatile boolean forgotten;

  private volatile boolean closed;
  private volatile boolean ended;

  Care(
      Redis redis,
      String node,
      Ticker ticker,
      WallClock clock,
      Holdings memberships,
      Steps operations,
      Replicas caches,
      PubSub pubSub) {
    this.redis = redis;
    this.node = node;
    this.ticker = ticker;
    this.clock = clock;
    this.holdings = memberships;
    this.steps = operations;
    this.replicas = caches;
    this.news = pubSub;
  }

  @Override
  public void run() {
    long start = ticker.readNanos();
    checkNanos = start;
    expireNanos = start;
    while (!closed) {
      try {
        tellAgain();
        List<Step> taken = steps.take(again.isEmpty() ? ROUND_MILLIS : ROUND_MILLIS / 2);
        send(taken);
        if (replicas.hasToRead()) {
          replicas.readAll();
        }
        routine(ticker.readNanos());
        failures.healed();
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      } catch (JedisException e) {
        forgotten = true;
        redis.dropIdleConnections();
        replicas.tellUnreachable(new PresenceException("Redis cannot be reached", e));
        LOG.log(Level.DEBUG, "Redis does not answer; presence operations wait", e);
        pause();
      } catch (RuntimeException e) {
        failures.failed(e);
        pause();
      }
    }
    sayGoodbye();
    ended = true;
    synchronized (this) {
      notifyAll();
    }
  }

  @Override
  public void close() {
    closed = true;
    steps.wake();
    long deadline = ticker.readNanos() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
    synchronized (this) {
      try {
        while (!ended && deadline - ticker.readNanos() > 0) {
          wait(ROUND_MILLIS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void send(List<Step> taken) {
    // new operations first, so that callers are notified of their own changes
    List<Step> all = new ArrayList<>(taken);
    all.addAll(again);
    again.clear();
    if (!all.isEmpty()) {
      try {
        again.addAll(steps.send(all));
      } catch (Error e) { // callers wait for their results
        again.addAll(all);
        throw e;
      }
      if (!again.isEmpty()) {
        throw new JedisException("presence operations could not be sent to Redis");
      }
    }
  }

  private void routine(long now) {
    if (now - expireNanos >= EXPIRE_NANOS) {
      expireNanos = now;
      byte[] lock = bytes(redis.key("prd:lock"));
      SetParams once = new SetParams().nx().px(TimeUnit.NANOSECONDS.toMillis(EXPIRE_NANOS) - 100);
      if (redis.commands().set(lock, bytes(node), once) != null) {
        Due.expire(redis, steps, clock.nowMillis());
      }
    }
    if (now - checkNanos >= CHECK_NANOS) {
      checkNanos = now;
      replicas.sweep(news);
      replicas.check();
    }
  }

  /**
   * Requests that everything held here is sent to Redis again, on this thread's loop, because Redis
   * may have lost it.
   */
  void onForgotten() {
    forgotten = true;
    steps.wake();
  }

  private void tellAgain() {
    if (forgotten) {
      forgotten = false;
      steps.forgetListed();
      again.addAll(everythingHeld());
    }
  }

  private List<Step> everythingHeld() {
    List<Step> all = new ArrayList<>();
    synchronized (holdings) {
      for (TenantChannel channel : holdings.channels()) {
        for (String id : holdings.members(channel)) {
          all.add(new Step(channel, Step.HOLDING, new Member(id, ""), 0, null));
        }
      }
    }
    return all;
  }

  /**
   * Removes the members of a node that has died; any node may do so, since repeating it does no
   * harm.
   */
  void forget(String deadNode) {
    String key = PresenceKeys.heldBy(redis, deadNode);
    for (String channel : redis.commands().smembers(key)) {
      var unused = steps.run(PresenceKeys.channel(channel), "forget", deadNode);
    }
    redis.commands().del(key);
  }

  /** Removes this node's members when it stops. */
  private void sayGoodbye() {
    try {
      send(steps.take(0));
      forget(node);
    } catch (RuntimeException | LinkageError e) { // a stopping server may not load classes
      LOG.log(Level.DEBUG, "Cannot remove this node's members from Redis; another node will", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pause() {
    try {
      Thread.sleep(ROUND_MILLIS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
    }
  }
}
