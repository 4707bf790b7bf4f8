package io.broadcasty.broker.jdbc;

import io.broadcasty.database.Database;
import java.sql.Connection;
import java.sql.SQLException;

/** Connections for work of several statements. */
final class Transactions {

  /** What is done with a connection. */
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  private final Database database;

  Transactions(Database database) {
    this.database = database;
  }

  /** Runs statements that read, each seeing what was committed before it. */
  <T> T read(Work<T> work) throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      return work.run(connection);
    }
  }

  /**
   * Begins a transaction, READ COMMITTED, so that a lock that was waited for shows what it guarded.
   */
  Connection begin() throws SQLException {
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
  <T> T write(Work<T> work) throws SQLException {
    try (Connection connection = begin()) {
      try {
        T result = work.run(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection);
        throw e;
      }
    }
  }

  /** Tries whether a write is taken now; changes nothing. */
  void tryWrite() throws SQLException {
    try (Connection connection = begin()) {
      try {
        StreamsTable.touch(connection);
      } finally {
        rollback(connection);
      }
    }
  }

  /** As {@link Database#dropConnections}. */
  void dropConnections() {
    database.dropConnections();
  }

  /** How many keys to ask for in one statement. */
  int keysAtOnce() {
    return database.dialect().keysAtOnce();
  }

  /** Commits, and returns once it is as safe as the database makes it. */
  void commitDurably(Connection connection) throws SQLException {
    connection.commit();
    connection.setAutoCommit(true);
    database.dialect().force(connection);
  }

  /**
   * Rolls back; when that fails too, the database does so once it notices the broken connection.
   */
  static void rollback(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      System.getLogger(Transactions.class.getName())
          .log(System.Logger.Level.DEBUG, "a rollback failed", e);
    }
  }

  /** Whether it failed since another node wrote the same at that moment: trying again is right. */
  static boolean isOfAnotherNode(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.startsWith("23") || state.startsWith("40") || state.equals("HYT00");
  }
}
