package io.broadcasty.presence.redis;

import static io.broadcasty.presence.redis.PresenceKeys.bytes;

import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.presence.PresenceException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * Synchronises presence with Redis on one thread: sends queued operations, reads channels that are
 * out of sync, and expires leases.
 */
final class PresenceSynchronizer implements Runnable, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PresenceSynchronizer.class.getName());

  private final FailureLog failures =
      new FailureLog(LOG, Level.ERROR, "Synchronising presence with Redis", Ticker.system());
  private static final long POLL_MILLIS = 250;
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long EXPIRE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long STOP_MILLIS = 3000;

  /** How much is written again in a round, so that what callers wait for is not delayed. */
  private static final int RESENT_AT_ONCE = 1000;

  private static final int CHANNELS_AT_ONCE = 500;

  private final Redis redis;
  private final String node;
  private final Ticker ticker;
  private final ScriptClock clock;
  private final LocalMemberships memberships;
  private final GrantedLeases leases;
  private final PresenceOperationQueue operations;
  private final MemberSweep sweep;
  private final MembershipCaches caches;
  private final PubSub pubSub;
  private final DepartedHolders departed;

  /** What is to be sent again: each operation once, however often an outage has returned it. */
  private final Set<PresenceOperation> unsent = new LinkedHashSet<>();

  private long checkNanos;
  private long expireNanos;

  /** Whether Redis may have lost what this node's connections hold. */
  private volatile boolean forgotten;

  private volatile boolean closed;
  private volatile boolean ended;

  PresenceSynchronizer(
      Redis redis,
      String node,
      Ticker ticker,
      ScriptClock clock,
      LocalMemberships memberships,
      GrantedLeases leases,
      PresenceOperationQueue operations,
      MemberSweep sweep,
      MembershipCaches caches,
      PubSub pubSub,
      DepartedHolders departed) {
    this.redis = redis;
    this.node = node;
    this.ticker = ticker;
    this.clock = clock;
    this.memberships = memberships;
    this.leases = leases;
    this.operations = operations;
    this.sweep = sweep;
    this.caches = caches;
    this.pubSub = pubSub;
    this.departed = departed;
  }

  @Override
  public void run() {
    long start = ticker.readNanos();
    checkNanos = start;
    expireNanos = start;
    while (!closed) {
      try {
        resendIfForgotten();
        List<PresenceOperation> taken = operations.take(unsent.isEmpty() ? POLL_MILLIS : 0);
        send(taken);
        if (caches.hasOutOfSync()) {
          caches.readOutOfSync();
        }
        runPeriodicTasks(ticker.readNanos());
        failures.recordSuccess();
      } catch (InterruptedException e) {
        LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
      } catch (JedisException e) {
        forgotten = true;
        redis.dropIdleConnections();
        caches.failWaiting(new PresenceException("Redis cannot be reached", e));
        LOG.log(Level.DEBUG, "Redis does not answer; presence operations wait", e);
        pause();
      } catch (RuntimeException e) {
        failures.recordFailure(e);
        pause();
      }
    }
    removeOwnMembers();
    ended = true;
    synchronized (this) {
      notifyAll();
    }
  }

  @Override
  public void close() {
    closed = true;
    operations.wake();
    long deadline = ticker.readNanos() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS);
    synchronized (this) {
      try {
        while (!ended && deadline - ticker.readNanos() > 0) {
          wait(POLL_MILLIS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void send(List<PresenceOperation> taken) {
    // new operations first, so that callers are notified of their own changes
    List<PresenceOperation> all = new ArrayList<>(taken);
    Iterator<PresenceOperation> first = unsent.iterator();
    for (int i = 0; i < RESENT_AT_ONCE && first.hasNext(); i++) {
      all.add(first.next());
      first.remove();
    }
    if (!all.isEmpty()) {
      try {
        List<PresenceOperation> failed = operations.send(all);
        unsent.addAll(failed);
        if (!failed.isEmpty()) {
          throw new JedisException("presence operations could not be sent to Redis");
        }
      } catch (Error e) { // callers wait for their results
        unsent.addAll(all);
        throw e;
      }
    }
  }

  private void runPeriodicTasks(long now) {
    if (now - expireNanos >= EXPIRE_NANOS) {
      expireNanos = now;
      byte[] lock = bytes(redis.key("prd:lock"));
      SetParams once = new SetParams().nx().px(TimeUnit.NANOSECONDS.toMillis(EXPIRE_NANOS) - 100);
      if (redis.commands().set(lock, bytes(node), once) != null) {
        LeaseExpiryIndex.expire(redis, clock, sweep);
      }
    }
    if (now - checkNanos >= CHECK_NANOS) {
      checkNanos = now;
      caches.removeUnfollowed(pubSub);
      caches.compareVersions();
      departed.removeMissing(sweep);
    }
  }

  /**
   * Requests that everything held here is sent to Redis again, on this thread's loop, because Redis
   * may have lost it.
   */
  void resendAll() {
    forgotten = true;
    operations.wake();
  }

  private void resendIfForgotten() {
    if (forgotten) {
      forgotten = false;
      operations.forgetListedChannels();
      unsent.addAll(allHeld());
    }
  }

  private List<PresenceOperation> allHeld() {
    List<PresenceOperation> all = new ArrayList<>();
    synchronized (memberships) {
      for (TenantChannel channel : memberships.channels()) {
        for (String id : memberships.members(channel)) {
          all.add(PresenceOperation.membershipUpdate(channel, id));
        }
      }
      for (LocalMemberships.Release release : memberships.recentReleases()) {
        all.add(PresenceOperation.membershipUpdate(release.channel(), release.memberId()));
      }
    }
    for (GrantedLeases.Lease lease : leases.all()) {
      all.add(
          new PresenceOperation(
              lease.channel(), "renew", lease.member(), lease.remaining().toMillis(), null));
    }
    return all;
  }

  /**
   * Removes the members of a node that has died; any node may do so, since repeating it does no
   * harm.
   */
  void removeNode(String deadNode) {
    String key = PresenceKeys.heldBy(redis, deadNode);
    ScanParams page = new ScanParams().count(CHANNELS_AT_ONCE);
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<String> found = redis.commands().sscan(key, cursor, page);
      sweep.forget(found.getResult().stream().map(PresenceKeys::parse).toList(), deadNode);
      cursor = found.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    redis.commands().unlink(key);
    sweep.forget(caches.channelsOf(deadNode), deadNode); // which the index may have lost
  }

  /** Removes this node's members when it stops. */
  private void removeOwnMembers() {
    try {
      send(operations.take(0));
      removeNode(node);
    } catch (RuntimeException | LinkageError e) { // a stopping server may not load classes
      LOG.log(Level.DEBUG, "Cannot remove this node's members from Redis; another node will", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupt ignored: only close() ends this thread", e);
    }
  }
}
