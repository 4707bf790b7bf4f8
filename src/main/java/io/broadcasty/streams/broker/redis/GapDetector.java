package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisAvailability;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/** Detects missed announcements, and probes unavailable Redis servers, on a thread of its own. */
final class GapDetector implements Runnable, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(GapDetector.class.getName());

  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "Detecting gaps in Redis", Ticker.system());
  private static final long ROUND_MILLIS = 250;
  private static final int ROUNDS_PER_CHECK = 8;
  private static final int ROUNDS_PER_TOPOLOGY_CHECK = 4;

  /** Checks, every 2 s, after which Redis is told and asked which channels have publications. */
  private static final int CHECKS_PER_EXCHANGE = 5;

  private final Redis redis;
  private final RedisAvailability availability;
  private final ChannelSubscriptions subscriptions;
  private final FollowedPatterns patterns;
  private final ChannelIndex index;
  private final ChannelActivity activity;
  private final PubSub pubSub;
  private final Semaphore wakeUps;
  private volatile boolean closed;

  /**
   * @param calls released when there is work to be done at once
   */
  GapDetector(
      Redis redis,
      RedisAvailability availability,
      ChannelSubscriptions following,
      FollowedPatterns patterns,
      ChannelIndex index,
      ChannelActivity activity,
      PubSub pubSub,
      Semaphore calls) {
    this.redis = redis;
    this.availability = availability;
    this.subscriptions = following;
    this.patterns = patterns;
    this.index = index;
    this.activity = activity;
    this.pubSub = pubSub;
    this.wakeUps = calls;
    availability.requireProbeOfNewServers(redis.primaries(), calls::release);
  }

  @Override
  public void run() {
    int checks = 0;
    for (int round = 0; !closed; ) {
      try {
        boolean called = wakeUps.tryAcquire(ROUND_MILLIS, TimeUnit.MILLISECONDS);
        wakeUps.drainPermits();
        boolean checkTopology = !called && ++round % ROUNDS_PER_TOPOLOGY_CHECK == 0;
        if (availability.needsProbe()
            || (checkTopology && availability.hasUnprobedServers(redis.primaries()))) {
          probeServers();
        }
        handleUrgent();
        failures.recordSuccess();
        if (!called && round % ROUNDS_PER_CHECK == 0) {
          index.addUnlisted();
          subscriptions.unsubscribeIdle(pubSub);
          subscriptions.check(changed(++checks));
        }
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
      } catch (JedisException e) {
        LOG.log(Level.DEBUG, "Cannot reach Redis; trying again", e);
      } catch (RuntimeException e) {
        failures.recordFailure(e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    wakeUps.release();
  }

  /** Returns the channels that have publications since the last exchange, if it is time for one. */
  private Set<TenantChannel> changed(int checks) {
    if (checks % CHECKS_PER_EXCHANGE != 0) {
      return Set.of();
    }
    activity.flush();
    return activity.readChanged();
  }

  private void handleUrgent() {
    while (subscriptions.compareConfirmed() && !closed) {
      LOG.log(Level.DEBUG, "Comparing the heads of more channels");
    }
    if (patterns.hasMissed()) {
      patterns.notifyMissed(index);
    }
  }

  private void probeServer(HostAndPort server) {
    try {
      if (availability.isDown(server)) {
        redis.dropIdleConnections(); // which may lead to the previous server
        redis.testWrite(server);
        RedisBroker.ensureRandom(redis);
        subscriptions.verifyServer(server);
      } else {
        redis.testWrite(server);
      }
      availability.recordSuccess(server);
    } catch (JedisException e) {
      availability.recordFailure(server, e);
      LOG.log(Level.DEBUG, "Redis at " + server + " does not serve yet; trying again", e);
    }
  }

  /** Probes servers before any notification that makes readers return at once. */
  private void probeServers() {
    redis.refresh(); // another server may have taken over
    for (HostAndPort server : availability.serversToProbe(redis.primaries())) {
      probeServer(server);
    }
    subscriptions.failUnreachable(availability);
    patterns.failUnreachable(availability);
  }
}
