package io.broadcasty.outbox.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.outbox.OutboxRow;
import io.broadcasty.outbox.OutboxTable;
import io.broadcasty.outbox.RefusedRow;
import io.broadcasty.outbox.RowVerdict;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The outbox table of a database, which {@code broadcasty-cdi} defines. A transaction that reads
 * holds the reader's lock until its end, so that a node that dies leaves it to the others; rows
 * that it had published are published again then, under the same ids.
 */
@ThreadSafe
public final class JdbcOutboxTable implements OutboxTable {

  private static final System.Logger LOG = System.getLogger(JdbcOutboxTable.class.getName());

  /** The ids of one statement. */
  private static final int MAX_IDS = 500;

  /** The limit of a statement in seconds. */
  private static final int STATEMENT_SECONDS = 20;

  private static final String COLUMNS =
      "id, channel, payload, event, partition_key, headers, message_id, created_at";

  @SuppressWarnings("ThreadSafe") // any thread may open connections
  private final OutboxConnections connections;

  @SuppressWarnings("ThreadSafe") // it is safe
  private final CountDownLatch closing = new CountDownLatch(1);

  @SuppressWarnings("ThreadSafe") // one thread waits
  private final PostgresListener listener;

  /** Whether the database is known to be PostgreSQL, and a connection may listen. */
  private volatile boolean listens;

  /** Creates a table, which is not looked at before it is used. */
  public JdbcOutboxTable(OutboxConnections connections) {
    this.connections = connections;
    this.listener = new PostgresListener(connections, closing);
  }

  private interface Transaction<T> {
    T run(Connection connection, OutboxDialect dialect) throws SQLException;
  }

  private <T> T transaction(Transaction<T> work) {
    try (Connection connection = connections.open()) {
      OutboxDialect dialect = OutboxDialect.of(connection);
      int isolation = connection.getTransactionIsolation();
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      connection.setAutoCommit(false);
      try {
        T result = work.run(connection, dialect);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollBack(connection);
        throw e;
      } finally {
        restore(connection, isolation);
      }
    } catch (SQLException e) {
      throw OutboxFaults.exception(e);
    }
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "A rollback failed; the database does it", e);
    }
  }

  private static void restore(Connection connection, int isolation) {
    try {
      connection.setAutoCommit(true);
      connection.setTransactionIsolation(isolation);
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "A connection is broken; its pool replaces it", e);
    }
  }

  @Override
  public int read(int maxRows, long maxPayloadBytes, Work work) {
    return transaction(
        (connection, dialect) -> {
          listens = dialect == OutboxDialect.POSTGRESQL && connections.mayKeepOne();
          if (!lock(connection, dialect)) {
            return 0;
          }
          List<OutboxRow> rows = select(connection, dialect, maxRows, maxPayloadBytes);
          if (!rows.isEmpty()) {
            settle(connection, dialect, rows, work.decide(rows));
          }
          return rows.size();
        });
  }

  private static boolean lock(Connection connection, OutboxDialect dialect) throws SQLException {
    try (Statement statement = statement(connection)) {
      if (hasRow(statement, dialect.lock())) {
        return true;
      }
      if (dialect != OutboxDialect.POSTGRESQL
          && !hasRow(
              statement, "SELECT channel FROM broadcasty_outbox_channels WHERE channel = ''")) {
        statement.executeUpdate("INSERT INTO broadcasty_outbox_channels (channel) VALUES ('')");
      }
      return false;
    }
  }

  private static boolean hasRow(Statement statement, String query) throws SQLException {
    try (ResultSet found = statement.executeQuery(query)) {
      return found.next();
    }
  }

  private static List<OutboxRow> select(
      Connection connection, OutboxDialect dialect, int maxRows, long maxPayloadBytes)
      throws SQLException {
    List<OutboxRow> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(dialect.select(maxRows))) {
      statement.setQueryTimeout(STATEMENT_SECONDS);
      statement.setLong(1, maxPayloadBytes);
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          rows.add(
              new OutboxRow(
                  found.getLong(1),
                  found.getString(2),
                  found.getString(3),
                  found.getLong(4),
                  found.getString(5),
                  found.getString(6),
                  found.getString(7),
                  found.getString(8),
                  found.getLong(9)));
        }
      }
    }
    return rows;
  }

  private static void settle(
      Connection connection, OutboxDialect dialect, List<OutboxRow> rows, List<RowVerdict> verdicts)
      throws SQLException {
    if (dialect == OutboxDialect.POSTGRESQL) {
      try (Statement statement = statement(connection)) {
        // rows that come back after a crash are published under their ids again
        statement.execute("SET LOCAL synchronous_commit = off");
      }
    }
    List<Long> done = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      RowVerdict verdict = verdicts.get(i);
      if (verdict instanceof RowVerdict.Refused refused) {
        setAside(connection, rows.get(i).id(), refused);
      }
      if (!(verdict instanceof RowVerdict.Postponed)) {
        done.add(rows.get(i).id());
      }
    }
    for (int from = 0; from < done.size(); from += MAX_IDS) {
      delete(connection, done.subList(from, Math.min(done.size(), from + MAX_IDS)));
    }
  }

  private static void delete(Connection connection, List<Long> ids) throws SQLException {
    String marks = "?,".repeat(ids.size() - 1) + "?";
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM broadcasty_outbox WHERE id IN (" + marks + ")")) {
      statement.setQueryTimeout(STATEMENT_SECONDS);
      for (int i = 0; i < ids.size(); i++) {
        statement.setLong(i + 1, ids.get(i));
      }
      statement.executeUpdate();
    }
  }

  private static void setAside(Connection connection, long id, RowVerdict.Refused why)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO broadcasty_outbox_refused ("
                + COLUMNS
                + ", code, reason, refused_at) SELECT "
                + COLUMNS
                + ", ?, ?, CURRENT_TIMESTAMP FROM broadcasty_outbox WHERE id = ?")) {
      statement.setString(1, why.code());
      statement.setString(2, OutboxFaults.shorten(why.reason()));
      statement.setLong(3, id);
      statement.executeUpdate();
    }
  }

  @Override
  public void await(long millis) throws InterruptedException {
    if (listens) {
      listener.await(millis);
    } else {
      var unused = closing.await(millis, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public boolean isTold() {
    return listener.isListening();
  }

  @Override
  public long countRefused() {
    return transaction(
        (connection, dialect) -> {
          try (Statement statement = statement(connection);
              ResultSet found =
                  statement.executeQuery("SELECT COUNT(*) FROM broadcasty_outbox_refused")) {
            found.next();
            return found.getLong(1);
          }
        });
  }

  @Override
  public List<RefusedRow> refused(long afterId, int limit) {
    return transaction(
        (connection, dialect) -> {
          List<RefusedRow> rows = new ArrayList<>();
          try (PreparedStatement statement =
              connection.prepareStatement(dialect.selectRefused(limit))) {
            statement.setQueryTimeout(STATEMENT_SECONDS);
            statement.setLong(1, afterId);
            try (ResultSet found = statement.executeQuery()) {
              while (found.next()) {
                rows.add(
                    new RefusedRow(
                        found.getLong(1),
                        found.getString(2),
                        found.getLong(3),
                        found.getString(4),
                        found.getString(5),
                        found.getLong(6) / 1000,
                        found.getLong(7) / 1000));
              }
            }
          }
          return rows;
        });
  }

  @Override
  public boolean retry(long id) {
    return transaction(
        (connection, dialect) ->
            update(
                    connection,
                    "INSERT INTO broadcasty_outbox ("
                        + COLUMNS
                        + ") SELECT "
                        + COLUMNS
                        + " FROM broadcasty_outbox_refused WHERE id = ?",
                    id)
                && update(connection, "DELETE FROM broadcasty_outbox_refused WHERE id = ?", id));
  }

  @Override
  public boolean remove(long id) {
    return transaction(
        (connection, dialect) ->
            update(connection, "DELETE FROM broadcasty_outbox_refused WHERE id = ?", id));
  }

  private static boolean update(Connection connection, String sql, long id) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setQueryTimeout(STATEMENT_SECONDS);
      statement.setLong(1, id);
      return statement.executeUpdate() > 0;
    }
  }

  private static Statement statement(Connection connection) throws SQLException {
    Statement statement = connection.createStatement();
    statement.setQueryTimeout(STATEMENT_SECONDS);
    return statement;
  }

  @Override
  public void close() {
    closing.countDown();
    connections.close();
  }
}
