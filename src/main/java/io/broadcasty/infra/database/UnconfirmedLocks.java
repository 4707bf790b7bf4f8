package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.javacrumbs.shedlock.core.LockConfiguration;

/**
 * Leader locks that this node requested without getting an answer. It may have them without knowing
 * so, and nobody could run their tasks until they expire; therefore they are released.
 */
@ThreadSafe
final class UnconfirmedLocks {

  private static final int MAX_LOCKS = 64;

  /** A lock that somebody has acquired since ends at another time, and is kept. */
  private static final String RELEASE =
      "UPDATE "
          + JdbcLeaderLocks.TABLE
          + " SET lock_until = locked_at WHERE name = ? AND lock_until = ?";

  @GuardedBy("this")
  private final Deque<LockConfiguration> locks = new ArrayDeque<>();

  /** Records a lock that may have been acquired. */
  synchronized void add(LockConfiguration lock) {
    if (!locks.contains(lock)) {
      if (locks.size() == MAX_LOCKS) {
        locks.removeFirst();
      }
      locks.add(lock);
    }
  }

  /** Releases the locks of a task. */
  void release(Database database, String task) throws SQLException {
    List<LockConfiguration> released = ofTask(task);
    if (released.isEmpty()) {
      return;
    }
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement update = connection.prepareStatement(RELEASE)) {
      connection.setAutoCommit(true);
      for (LockConfiguration lock : released) {
        update.setString(1, task);
        update.setTimestamp(2, Timestamp.from(lock.getLockAtMostUntil()));
        update.executeUpdate();
      }
    }
    remove(released);
  }

  private synchronized List<LockConfiguration> ofTask(String task) {
    List<LockConfiguration> found = new ArrayList<>();
    for (LockConfiguration lock : locks) {
      if (lock.getName().equals(task)) {
        found.add(lock);
      }
    }
    return found;
  }

  private synchronized void remove(List<LockConfiguration> released) {
    locks.removeAll(released);
  }
}
