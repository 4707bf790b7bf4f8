package io.broadcasty.streams.broker.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/**
 * An attempt to append a group, which is left behind when the database hangs. Its steps have an
 * effect on this process until then, and none afterwards, even if the database goes on.
 */
@ThreadSafe
final class Attempt {

  @GuardedBy("this")
  private boolean abandoned;

  /**
   * Takes a step that others see.
   *
   * @throws SQLException when the attempt has been left behind; it must not commit any more
   */
  synchronized void step(Runnable step) throws SQLException {
    if (abandoned) {
      throw new SQLTransientConnectionException("nobody waits for this attempt any more", "08006");
    }
    step.run();
  }

  /** Leaves the attempt behind. No step is in progress when this method returns. */
  synchronized void abandon() {
    abandoned = true;
  }
}
