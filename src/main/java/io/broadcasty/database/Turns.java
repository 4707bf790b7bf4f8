package io.broadcasty.database;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;
import java.util.Optional;
import net.javacrumbs.shedlock.core.ClockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbc.JdbcLockProvider;

/**
 * Tasks that one node does for all that share the database, by ShedLock. The nodes' clocks should
 * agree to a second or so.
 */
@ThreadSafe
public final class Turns {

  private static final String TABLE = "broadcasty_locks";

  private final LockProvider locks;

  public Turns(Database database) {
    this.locks = new JdbcLockProvider(database.dataSource(), TABLE);
  }

  /**
   * Does the task on this thread, unless another node does it, or has begun to within {@code once}.
   *
   * @param task its name, the same on all nodes
   * @param atMost when a node dies in the middle, another takes over after so long; a task that
   *     takes longer may be done twice at once
   * @throws DatabaseException when the database cannot be asked; trying again later is right
   */
  public void take(String task, Duration atMost, Duration once, Runnable work) {
    Optional<SimpleLock> lock;
    try {
      lock = locks.lock(new LockConfiguration(ClockProvider.now(), task, atMost, once));
    } catch (RuntimeException e) {
      throw new DatabaseException("the database cannot be asked whose turn it is", e);
    }
    if (lock.isPresent()) {
      try {
        work.run();
      } finally {
        lock.get().unlock();
      }
    }
  }
}
