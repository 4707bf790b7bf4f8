package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Breaks connections that are in use for too long, whatever they wait for, so that their users go
 * on with an {@link SQLException}.
 *
 * <p>A connection is also given a network timeout, since a driver may refuse to break what it is
 * reading from.
 */
@ThreadSafe
final class ConnectionWatch implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(ConnectionWatch.class.getName());

  private enum State {
    IN_USE,
    BROKEN,
    RETURNED
  }

  private final Consumer<Connection> evict;
  private final boolean resetTimeout;
  private final ScheduledThreadPoolExecutor timer;

  /**
   * Starts the watch.
   *
   * @param evict removes a broken connection from its pool
   * @param resetTimeout whether connections get their own network timeout back, because their pool
   *     does not do it
   */
  ConnectionWatch(Consumer<Connection> evict, boolean resetTimeout) {
    this.evict = evict;
    this.resetTimeout = resetTimeout;
    this.timer = new ScheduledThreadPoolExecutor(1, task -> thread("broadcasty-db-watch", task));
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Returns the connection; it breaks unless it is closed within the limit. */
  Connection watch(Connection connection, Duration limit) {
    int before = setTimeout(connection, limit);
    AtomicReference<State> state = new AtomicReference<>(State.IN_USE);
    Future<?> deadline =
        timer.schedule(
            () -> breakIfInUse(connection, state), limit.toMillis(), TimeUnit.MILLISECONDS);
    return (Connection)
        Proxy.newProxyInstance(
            ConnectionWatch.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, arguments) -> {
              if (method.getName().equals("close")
                  && state.getAndUpdate(s -> s == State.IN_USE ? State.RETURNED : s)
                      != State.RETURNED) {
                deadline.cancel(false);
                giveBack(connection, state.get() == State.BROKEN, before);
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  private void giveBack(Connection connection, boolean broken, int timeout) throws SQLException {
    if (broken) {
      evict.accept(connection);
    } else if (timeout >= 0) {
      resetTimeout(connection, timeout);
    }
    connection.close();
  }

  private static void breakIfInUse(Connection connection, AtomicReference<State> state) {
    if (state.compareAndSet(State.IN_USE, State.BROKEN)) {
      LOG.log(Level.WARNING, "A connection to the database is broken: no end within its limit");
      Runnable abort =
          () -> {
            try {
              connection.abort(Runnable::run);
            } catch (SQLException | RuntimeException e) {
              LOG.log(Level.DEBUG, "Cannot break a connection; its network timeout will", e);
            }
          };
      thread("broadcasty-db-abort", abort).start(); // it may wait for what it breaks
    }
  }

  /** Returns the timeout that the connection had; -1 when it need not be set again. */
  private int setTimeout(Connection connection, Duration limit) {
    try {
      int before = resetTimeout ? connection.getNetworkTimeout() : -1;
      connection.setNetworkTimeout(Runnable::run, Math.toIntExact(limit.toMillis()));
      return before;
    } catch (SQLException | RuntimeException | AbstractMethodError e) {
      LOG.log(Level.DEBUG, "The driver or its pool has no network timeouts", e);
      return -1;
    }
  }

  private static void resetTimeout(Connection connection, int timeout) {
    try {
      connection.setNetworkTimeout(Runnable::run, timeout);
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.DEBUG, "Cannot reset a network timeout; the connection is probably broken", e);
    }
  }

  private static Thread thread(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
