package io.broadcasty.broker.redis;

import io.broadcasty.background.FailureLog;
import io.broadcasty.redis.Availability;
import io.broadcasty.redis.PubSub;
import io.broadcasty.redis.Redis;
import io.broadcasty.time.Ticker;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/** Detects missed announcements, and probes unavailable Redis servers, on a thread of its own. */
final class Watch implements Runnable, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Watch.class.getName());

  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "looking after Redis", Ticker.system());
  private static final long ROUND_MILLIS = 250;
  private static final int ROUNDS_A_CHECK = 8;
  private static final int ROUNDS_A_LOOK = 4;

  /**
   * The number of checks after which every channel has been checked: about 30 s, or 2 s for few
   * channels.
   */
  private static final int CHECKS_FOR_ALL = 15;

  private final Redis redis;
  private final Availability availability;
  private final Following following;
  private final FollowedPatterns patterns;
  private final ChannelIndex index;
  private final PubSub news;
  private final Semaphore calls;
  private volatile boolean closed;

  /**
   * @param calls released when there is work to be done at once
   */
  Watch(
      Redis redis,
      Availability availability,
      Following following,
      FollowedPatterns patterns,
      ChannelIndex index,
      PubSub news,
      Semaphore calls) {
    this.redis = redis;
    this.availability = availability;
    this.following = following;
    this.patterns = patterns;
    this.index = index;
    this.news = news;
    this.calls = calls;
    availability.tryNewcomers(redis.primaries(), calls::release);
  }

  @Override
  public void run() {
    for (int round = 0; !closed; ) {
      try {
        boolean called = calls.tryAcquire(ROUND_MILLIS, TimeUnit.MILLISECONDS);
        calls.drainPermits();
        boolean look = !called && ++round % ROUNDS_A_LOOK == 0;
        if (availability.isAnyAmiss() || (look && availability.hasNewcomers(redis.primaries()))) {
          probe();
        }
        urgent();
        failures.healed();
        if (!called && round % ROUNDS_A_CHECK == 0) {
          following.sweep(news);
          following.checkSome(CHECKS_FOR_ALL);
        }
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
      } catch (JedisException e) {
        LOG.log(Level.DEBUG, "Cannot reach Redis; trying again", e);
      } catch (RuntimeException e) {
        failures.failed(e);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    calls.release();
  }

  private void urgent() {
    while (following.compareConfirmed() && !closed) {
      LOG.log(Level.DEBUG, "Comparing the heads of more channels");
    }
    if (patterns.hasMissed()) {
      patterns.lookForMissed(index);
    }
  }

  private void tryOut(HostAndPort server) {
    try {
      if (availability.isDown(server)) {
        redis.dropIdleConnections(); // which may lead to the previous server
        redis.tryWrite(server);
        following.verify(server);
      } else {
        redis.tryWrite(server);
      }
      availability.answered(server);
    } catch (JedisException e) {
      availability.failed(server, e);
      LOG.log(Level.DEBUG, "Redis at " + server + " does not serve yet; trying again", e);
    }
  }

  /** Probes servers before any notification that makes readers return at once. */
  private void probe() {
    redis.refresh(); // another server may have taken over
    for (HostAndPort server : availability.toBeTried(redis.primaries())) {
      tryOut(server);
    }
    following.tellUnreachable(availability);
    patterns.tellUnreachable(availability);
  }
}
