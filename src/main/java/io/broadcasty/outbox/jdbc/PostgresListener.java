package io.broadcasty.outbox.jdbc;

import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens to what {@code broadcasty_publish} notifies after a commit, by a connection that it
 * keeps. Used by one thread, except for {@link #isListening}.
 */
final class PostgresListener {

  private static final System.Logger LOG = System.getLogger(PostgresListener.class.getName());

  /**
   * What the driver adds to a connection. It is called by reflection: to compile against the
   * driver, javac would need the annotations with which it was checked.
   */
  private static final String EXTENSION = "org.postgresql.PGConnection";

  /** The longest time without a look at whether the table is closed. */
  private static final long SLICE_MILLIS = 200;

  private final OutboxConnections connections;
  private final CountDownLatch closing;
  private @Nullable Connection connection;
  private volatile boolean listening;

  PostgresListener(OutboxConnections connections, CountDownLatch closing) {
    this.connections = connections;
    this.closing = closing;
  }

  /** Returns whether notifications arrive. */
  boolean isListening() {
    return listening;
  }

  /**
   * Waits for a notification. Returns at once after it has begun to listen, since rows may have
   * come before, and waits its time while it cannot.
   */
  void await(long millis) throws InterruptedException {
    try {
      Connection open = connection;
      if (open == null) {
        listen();
        return;
      }
      Class<?> type = Class.forName(EXTENSION);
      Method notifications = type.getMethod("getNotifications", int.class);
      Object notified = open.unwrap(type);
      for (long left = millis; left > 0 && closing.getCount() > 0; left -= SLICE_MILLIS) {
        Object found = notifications.invoke(notified, (int) Math.min(left, SLICE_MILLIS));
        if (found instanceof Object[] all && all.length > 0) {
          return;
        }
      }
    } catch (SQLException | ReflectiveOperationException e) {
      LOG.log(Level.DEBUG, "Cannot listen to an outbox; it is looked at instead", e);
      close();
      var unused = closing.await(millis, TimeUnit.MILLISECONDS);
    }
  }

  private void listen() throws SQLException {
    Connection opened = connections.open();
    connection = opened;
    try (Statement statement = opened.createStatement()) {
      statement.execute("LISTEN broadcasty_outbox");
    }
    listening = true;
  }

  /** Gives the connection back, which is closed with its pool. */
  private void close() {
    listening = false;
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.log(Level.DEBUG, "A connection is broken; its pool replaces it", e);
      }
    }
  }
}
