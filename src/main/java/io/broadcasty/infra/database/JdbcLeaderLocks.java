package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.WallClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import net.javacrumbs.shedlock.core.ClockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbc.JdbcLockProvider;

/**
 * Leader locks of nodes that share a relational database, by ShedLock: each task runs on one node
 * at a time. The times of the locks are those of the database's clock.
 */
@ThreadSafe
public final class JdbcLeaderLocks {

  private static final String TABLE = "broadcasty_locks";

  private final LockProvider locks;

  public JdbcLeaderLocks(Database database) {
    this.locks = new JdbcLockProvider(database.dataSource(), TABLE);
    ClockProvider.setClock(new LockClock(database.clock())); // ShedLock has one for all locks
  }

  /**
   * Runs the task on this thread, unless another node runs it, or has begun to within {@code once}.
   *
   * @param task the task's name, the same on all nodes
   * @param atMost when a node dies while it runs the task, another takes over after this time; a
   *     task that takes longer may run twice at once
   * @param once the minimum time between two runs
   * @throws DatabaseException when the database cannot be queried; trying again later is right
   */
  public void runIfAcquired(String task, Duration atMost, Duration once, Runnable work) {
    Optional<SimpleLock> lock;
    try {
      lock = locks.lock(new LockConfiguration(ClockProvider.now(), task, atMost, once));
    } catch (RuntimeException e) {
      throw new DatabaseException("the leader lock cannot be acquired in the database", e);
    }
    if (lock.isPresent()) {
      try {
        work.run();
      } finally {
        lock.get().unlock();
      }
    }
  }

  /** The database's clock as ShedLock wants it. */
  private static final class LockClock extends Clock {

    private final WallClock clock;

    LockClock(WallClock clock) {
      this.clock = clock;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return clock.now();
    }
  }
}
