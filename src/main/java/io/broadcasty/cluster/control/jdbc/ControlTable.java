package io.broadcasty.cluster.control.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The SQL statements on {@code broadcasty_control}. Stateless. */
@ThreadSafe
final class ControlTable {

  private static final String INSERT =
      "INSERT INTO broadcasty_control (message_id, message, created_at) VALUES (?, ?, ?)";
  private static final String AFTER =
      "SELECT number, message_id, message FROM broadcasty_control WHERE number > ? ORDER BY number";
  private static final String BOUNDS = "SELECT MIN(number), MAX(number) FROM broadcasty_control";
  private static final String DELETE =
      "DELETE FROM broadcasty_control WHERE number < ? AND (created_at < ? OR number <= ?)";

  private ControlTable() {}

  /** A stored message. */
  record Row(long number, String id, String text) {}

  /** The lowest and the highest stored number. */
  record Bounds(long first, long last) {}

  /** Inserts a message and returns its number. */
  static long insert(Connection connection, String id, String text, long nowMillis)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT, new String[] {"number"})) {
      insert.setString(1, id);
      insert.setString(2, text);
      insert.setLong(3, nowMillis);
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    }
  }

  /** Returns the first messages above a number, in order. */
  static List<Row> after(Connection connection, long number, int limit) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(AFTER)) {
      select.setMaxRows(limit);
      select.setLong(1, number);
      try (ResultSet found = select.executeQuery()) {
        List<Row> rows = new ArrayList<>();
        while (found.next()) {
          rows.add(new Row(found.getLong(1), found.getString(2), found.getString(3)));
        }
        return rows;
      }
    }
  }

  /** Returns the lowest and highest number; null when there is no message. */
  static @Nullable Bounds bounds(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BOUNDS);
        ResultSet found = select.executeQuery()) {
      found.next();
      long first = found.getLong(1);
      return found.wasNull() ? null : new Bounds(first, found.getLong(2));
    }
  }

  /** Deletes messages that are too old or too many, but never the newest. */
  static void prune(Connection connection, Bounds bounds, long sinceMillis, int count)
      throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
      delete.setLong(1, bounds.last());
      delete.setLong(2, sinceMillis);
      delete.setLong(3, bounds.last() - count);
      delete.executeUpdate();
    }
  }
}
