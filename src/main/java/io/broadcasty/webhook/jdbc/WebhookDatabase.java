package io.broadcasty.webhook.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.webhook.WebhookStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Runs database work of webhooks, and converts what the driver throws. */
@ThreadSafe
final class WebhookDatabase {

  private static final int ATTEMPTS = 4;

  private final Transactions transactions;

  WebhookDatabase(Database database) {
    this.transactions = new Transactions(database);
  }

  /** Sets the parameters of a statement. */
  @FunctionalInterface
  interface Binding {
    void bind(PreparedStatement statement) throws SQLException;
  }

  /** Reads the current row. */
  @FunctionalInterface
  interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }

  <T> List<T> select(String sql, Binding binding, Reader<T> reader) {
    return read(connection -> select(connection, sql, binding, reader));
  }

  static <T> List<T> select(Connection connection, String sql, Binding binding, Reader<T> reader)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      binding.bind(select);
      List<T> found = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(reader.read(row));
        }
      }
      return found;
    }
  }

  static int update(Connection connection, String sql, Binding binding) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      binding.bind(update);
      return update.executeUpdate();
    }
  }

  /** Runs one statement that changes rows, and returns how many. */
  int update(String sql, Binding binding) {
    return read(connection -> update(connection, sql, binding));
  }

  /** Runs statements, each of which sees what was committed before it. */
  <T> T read(Transactions.Work<T> work) {
    try {
      return transactions.runAutoCommit(work);
    } catch (SQLException e) {
      throw new WebhookStoreException(e);
    }
  }

  /** Runs the work in one transaction, again after a conflict with another node. */
  <T> T write(Transactions.Work<T> work) {
    try {
      return transactions.write(ATTEMPTS, work);
    } catch (SQLException e) {
      throw new WebhookStoreException(e);
    }
  }

  /** Runs the work as {@link #write} does, and returns once it is as durable as it can be. */
  <T> T writeDurably(Transactions.Work<T> work) {
    try {
      return transactions.writeDurably(ATTEMPTS, work);
    } catch (SQLException e) {
      throw new WebhookStoreException(e);
    }
  }
}
