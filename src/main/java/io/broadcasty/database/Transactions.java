package io.broadcasty.database;

import com.google.errorprone.annotations.ThreadSafe;
import java.sql.Connection;
import java.sql.SQLException;

/** Connections for work of several statements. Every method may block, and fails as JDBC does. */
@ThreadSafe
public final class Transactions {

  /** What is done with a connection, which is closed afterwards. */
  @FunctionalInterface
  public interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  private final Database database;

  public Transactions(Database database) {
    this.database = database;
  }

  /** Runs statements, each a transaction of its own that sees what was committed before it. */
  public <T> T eachByItself(Work<T> work) throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      return work.run(connection);
    }
  }

  /**
   * Begins a transaction, READ COMMITTED, so that a lock that was waited for shows what it guarded.
   */
  public Connection begin() throws SQLException {
    Connection connection = database.dataSource().getConnection();
    try {
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Runs it in one transaction and commits, or rolls back when it throws. */
  public <T> T write(Work<T> work) throws SQLException {
    return write(1, work);
  }

  /** The same, again when another node was in the way, at most so many times in all. */
  public <T> T write(int attempts, Work<T> work) throws SQLException {
    return write(attempts, work, Connection::commit);
  }

  /** As {@link #write(int, Work)}, and returns once it is as safe as the database makes it. */
  public <T> T writeDurably(int attempts, Work<T> work) throws SQLException {
    return write(attempts, work, this::commitDurably);
  }

  private interface End {
    void commit(Connection connection) throws SQLException;
  }

  private <T> T write(int attempts, Work<T> work, End end) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = begin()) {
        try {
          T result = work.run(connection);
          end.commit(connection);
          return result;
        } catch (SQLException | RuntimeException e) {
          rollback(connection);
          throw e;
        }
      } catch (SQLException e) {
        if (attempt == attempts || !isOfAnotherNode(e)) {
          throw e;
        }
      }
    }
  }

  /** Tries whether a write is taken now, and takes it back. */
  public void tryWrite(Work<?> write) throws SQLException {
    try (Connection connection = begin()) {
      try {
        var unused = write.run(connection);
      } finally {
        rollback(connection);
      }
    }
  }

  /** As {@link Database#dropConnections}. */
  public void dropConnections() {
    database.dropConnections();
  }

  /** How many keys to ask for in one statement. */
  public int keysAtOnce() {
    return database.dialect().keysAtOnce();
  }

  /** Commits, and returns once it is as safe as the database makes it. */
  public void commitDurably(Connection connection) throws SQLException {
    connection.commit();
    connection.setAutoCommit(true);
    database.dialect().force(connection);
  }

  /**
   * Rolls back; when that fails too, the database does so once it notices the broken connection.
   */
  public static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      System.getLogger(Transactions.class.getName())
          .log(System.Logger.Level.DEBUG, "a rollback failed", e);
    }
  }

  /** Whether it failed since another node wrote the same at that moment: trying again is right. */
  private static boolean isOfAnotherNode(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.startsWith("23") || state.startsWith("40") || state.equals("HYT00");
  }
}
