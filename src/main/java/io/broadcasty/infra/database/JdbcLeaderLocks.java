package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.WallClock;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
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

  static final String TABLE = "broadcasty_locks";

  private final Database database;
  private final LockProvider locks;
  private final UnconfirmedLocks unconfirmed = new UnconfirmedLocks();

  public JdbcLeaderLocks(Database database) {
    this.database = database;
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
    LockConfiguration configuration =
        new LockConfiguration(ClockProvider.now(), task, atMost, once);
    Optional<SimpleLock> lock;
    try {
      lock = acquire(configuration);
    } catch (SQLException | RuntimeException e) {
      unconfirmed.add(configuration);
      throw new DatabaseException("the leader lock cannot be acquired in the database", e);
    }
    if (lock.isPresent()) {
      try {
        work.run();
      } finally {
        release(lock.get());
      }
    }
  }

  /** Acquires a lock within the limit of a call; one that is acquired too late is released. */
  private Optional<SimpleLock> acquire(LockConfiguration configuration) throws SQLException {
    AtomicBoolean abandoned = new AtomicBoolean();
    return database.run(
        () -> {
          unconfirmed.release(database, configuration.getName());
          Optional<SimpleLock> lock = locks.lock(configuration);
          if (abandoned.get()) {
            unconfirmed.release(database, configuration.getName());
          }
          return lock;
        },
        database.limits().call(),
        () -> {
          unconfirmed.add(configuration);
          abandoned.set(true);
        });
  }

  /** Releases a lock; one that cannot be released ends by itself. */
  private void release(SimpleLock lock) {
    try {
      var unused =
          database.run(
              () -> {
                lock.unlock();
                return true;
              },
              database.limits().call(),
              () -> {});
    } catch (SQLException e) {
      throw new DatabaseException("the leader lock cannot be released in the database", e);
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
