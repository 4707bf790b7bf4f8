package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * Runs work in transactions of the database. Every method may block, and throws the JDBC driver's
 * exceptions.
 */
@ThreadSafe
public final class Transactions {

  /** Uses a connection, which is closed afterwards. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  private final Database database;
  private final DataSource connections;
  private final Duration limit;
  private final Ticker ticker = Ticker.system();

  /** Creates transactions of requests, which are limited to a few seconds. */
  public Transactions(Database database) {
    this(database, database.dataSource(), database.limits().call());
  }

  private Transactions(Database database, DataSource connections, Duration limit) {
    this.database = database;
    this.connections = connections;
    this.limit = limit;
  }

  /** Creates transactions of upkeep, which may take up to a minute each. */
  public static Transactions ofUpkeep(Database database) {
    return new Transactions(database, database.upkeepDataSource(), database.limits().upkeep());
  }

  /** A call that begins its transaction itself. */
  @FunctionalInterface
  public interface Call<T> {
    T run() throws SQLException;
  }

  /**
   * Runs a call that uses {@link #begin} within the limit of a transaction, possibly on another
   * thread.
   *
   * @param abandoned called before this method throws because the call hangs; the call goes on and
   *     must not have any more effect on this process
   */
  public <T> T run(Call<T> call, Runnable abandoned) throws SQLException {
    return database.run(call, limit, abandoned);
  }

  /** Does nothing when a call is abandoned: its transaction is never committed here. */
  private static void ignoreAbandoned() {}

  /**
   * Runs statements in autocommit mode, each a transaction of its own that sees what was committed
   * before it.
   */
  public <T> T runAutoCommit(Work<T> work) throws SQLException {
    return run(
        () -> {
          try (Connection connection = connections.getConnection()) {
            connection.setAutoCommit(true);
            return work.run(connection);
          }
        },
        Transactions::ignoreAbandoned);
  }

  /**
   * Begins a transaction, READ COMMITTED, so that after waiting for a lock the guarded data is
   * visible.
   */
  public Connection begin() throws SQLException {
    Connection connection = connections.getConnection();
    try {
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      connection.setAutoCommit(false);
      database.limitTransaction(connection);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Commits, and begins another transaction on the same connection. */
  public void commitAndBegin(Connection connection) throws SQLException {
    connection.commit();
    database.limitTransaction(connection);
  }

  /** Runs the work in one transaction and commits, or rolls back when it throws. */
  public <T> T write(Work<T> work) throws SQLException {
    return write(1, work);
  }

  /**
   * Runs the work in one transaction, and retries when another node conflicted, unless the time for
   * one transaction has passed.
   *
   * @param attempts the maximum number of attempts in all
   */
  public <T> T write(int attempts, Work<T> work) throws SQLException {
    return write(attempts, work, Connection::commit);
  }

  /**
   * Runs the work as {@link #write(int, Work)} does, and returns once the commit is as durable as
   * the database allows.
   */
  public <T> T writeDurably(int attempts, Work<T> work) throws SQLException {
    return write(attempts, work, this::commitDurably);
  }

  private interface End {
    void commit(Connection connection) throws SQLException;
  }

  private <T> T write(int attempts, Work<T> work, End end) throws SQLException {
    long start = ticker.readNanos();
    for (int attempt = 1; ; attempt++) {
      try {
        return run(() -> attempt(work, end), Transactions::ignoreAbandoned);
      } catch (SQLException e) {
        if (attempt == attempts
            || !isWriteConflict(e)
            || ticker.readNanos() - start >= limit.toNanos()) {
          throw e;
        }
      }
    }
  }

  private <T> T attempt(Work<T> work, End end) throws SQLException {
    try (Connection connection = begin()) {
      try {
        T result = work.run(connection);
        end.commit(connection);
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection);
        throw e;
      }
    }
  }

  /** Tests whether the database accepts a write now, and rolls it back. */
  public void testWrite(Work<?> write) throws SQLException {
    var ignored =
        run(
            () -> {
              try (Connection connection = begin()) {
                try {
                  return write.run(connection);
                } finally {
                  rollback(connection);
                }
              }
            },
            Transactions::ignoreAbandoned);
  }

  /** Closes connections as {@link Database#dropConnections} does. */
  public void dropConnections() {
    database.dropConnections();
  }

  /** Returns how many keys to query in one statement. */
  public int maxKeysPerStatement() {
    return database.dialect().maxKeysPerStatement();
  }

  /** Commits, and returns once the commit is as durable as the database allows. */
  public void commitDurably(Connection connection) throws SQLException {
    connection.commit();
    connection.setAutoCommit(true);
    database.dialect().syncToDisk(connection);
  }

  /** Rolls back; if that fails, the database does so once it notices the broken connection. */
  public static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      System.getLogger(Transactions.class.getName())
          .log(System.Logger.Level.DEBUG, "a rollback failed", e);
    }
  }

  /**
   * Returns whether the failure is a conflict with another node's concurrent write, which a retry
   * resolves.
   */
  private static boolean isWriteConflict(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.startsWith("23") || state.startsWith("40") || state.equals("HYT00");
  }
}
