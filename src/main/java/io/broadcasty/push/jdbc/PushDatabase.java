package io.broadcasty.push.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.Dialect;
import io.broadcasty.push.PushStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;

/** Work on the database's connections. A fault becomes a {@link PushStoreException}. */
final class PushDatabase {

  private static final int ATTEMPTS = 4;

  private final Database database;

  /** What is done with a connection. */
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  PushDatabase(Database database) {
    this.database = database;
  }

  boolean isH2() {
    return database.dialect() == Dialect.H2;
  }

  /** How many keys to ask for in one statement. */
  int keysAtOnce() {
    return database.dialect().keysAtOnce();
  }

  /** Runs statements that read, each seeing what was committed before it. */
  <T> T read(Work<T> work) {
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      return work.run(connection);
    } catch (SQLException e) {
      throw fault(e);
    }
  }

  /**
   * Runs it in one transaction, READ COMMITTED; again when another node was in the way. It outlives
   * the process.
   */
  <T> T write(Work<T> work) {
    return write(work, false);
  }

  /** As {@link #write}, and returns once it is as safe as the database makes it. */
  <T> T writeDurably(Work<T> work) {
    return write(work, true);
  }

  private <T> T write(Work<T> work, boolean durably) {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = begin()) {
        try {
          T result = work.run(connection);
          connection.commit();
          if (durably) {
            connection.setAutoCommit(true);
            database.dialect().force(connection);
          }
          return result;
        } catch (SQLException | RuntimeException e) {
          rollback(connection);
          throw e;
        }
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || !isOfAnotherNode(e)) {
          throw fault(e);
        }
      }
    }
  }

  private Connection begin() throws SQLException {
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

  private static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      System.getLogger(PushDatabase.class.getName())
          .log(System.Logger.Level.DEBUG, "a rollback failed", e);
    }
  }

  /** Whether another wrote the same at that moment: a key taken, a deadlock, a lock's timeout. */
  private static boolean isOfAnotherNode(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.startsWith("23") || state.startsWith("40") || state.equals("HYT00");
  }

  /** {@code (?, ?, …)}. */
  static String places(int count) {
    return "(" + String.join(", ", Collections.nCopies(count, "?")) + ")";
  }

  private static PushStoreException fault(SQLException e) {
    return new PushStoreException("the database that keeps push cannot be used", e);
  }
}
