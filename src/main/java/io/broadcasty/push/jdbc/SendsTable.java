package io.broadcasty.push.jdbc;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.queue.Send;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** SQL statements on the table {@code broadcasty_push_sends}. */
final class SendsTable {

  private static final String INSERT =
      "INSERT INTO broadcasty_push_sends (tenant_id, send_id, title, body, url, data, urgency,"
          + " collapse_key, ttl_seconds, devices, created_at, expires_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String BY_ID =
      "SELECT number, devices, created_at, expires_at FROM broadcasty_push_sends"
          + " WHERE tenant_id = ? AND send_id = ?";
  static final String FROM =
      "SELECT number, send_id FROM broadcasty_push_sends WHERE tenant_id = ? AND send_id >= ?"
          + " ORDER BY tenant_id, send_id LIMIT ?";
  private static final String BY_NUMBER =
      "SELECT tenant_id, send_id, title, body, url, data, urgency, collapse_key, ttl_seconds,"
          + " created_at, expires_at FROM broadcasty_push_sends WHERE number = ?";
  private static final String FINISHED =
      "SELECT s.number FROM broadcasty_push_sends s WHERE s.created_at < ? AND NOT EXISTS"
          + " (SELECT 1 FROM broadcasty_push_dispatches d WHERE d.send_number = s.number"
          + " AND d.due_at IS NOT NULL) ORDER BY s.created_at LIMIT ?";
  private static final String DELETE = "DELETE FROM broadcasty_push_sends WHERE number = ?";

  private SendsTable() {}

  /** A send without its notification. */
  record Row(long number, int devices, long createdAtMillis, long expiresAtMillis) {}

  /**
   * Inserts a send.
   *
   * @return its number
   * @throws SQLException with a state of class 23 when the tenant has used the id
   */
  static long insert(Connection connection, Send send, int devices) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT, new String[] {"number"})) {
      insert.setString(1, send.tenant().value());
      insert.setString(2, send.id());
      NotificationColumns.bind(insert, 3, send.notification());
      insert.setInt(10, devices);
      insert.setLong(11, send.createdAtMillis());
      insert.setLong(12, send.expiresAtMillis());
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        keys.next();
        return keys.getLong(1);
      }
    }
  }

  static Optional<Row> find(Connection connection, TenantId tenant, String id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BY_ID)) {
      select.setString(1, tenant.value());
      select.setString(2, id);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(new Row(row.getLong(1), row.getInt(2), row.getLong(3), row.getLong(4)))
            : Optional.empty();
      }
    }
  }

  /** The number and the id of a send. */
  record Id(long number, String id) {}

  /** Returns sends of a tenant in the order of their ids, from one on. */
  static List<Id> from(Connection connection, TenantId tenant, String first, int limit)
      throws SQLException {
    List<Id> sends = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(FROM)) {
      select.setString(1, tenant.value());
      select.setString(2, first);
      select.setInt(3, limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          sends.add(new Id(row.getLong(1), row.getString(2)));
        }
      }
    }
    return sends;
  }

  static Send read(Connection connection, long number) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BY_NUMBER)) {
      select.setLong(1, number);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("a dispatch refers to a send that does not exist");
        }
        return new Send(
            new TenantId(row.getString(1)),
            row.getString(2),
            NotificationColumns.read(row, 3),
            row.getLong(10),
            row.getLong(11));
      }
    }
  }

  /** Returns some sends, created before this time, that have no unfinished dispatch. */
  static List<Long> finished(Connection connection, long beforeMillis, int limit)
      throws SQLException {
    List<Long> numbers = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(FINISHED)) {
      select.setLong(1, beforeMillis);
      select.setInt(2, limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          numbers.add(row.getLong(1));
        }
      }
    }
    return numbers;
  }

  static void delete(Connection connection, long number) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
      delete.setLong(1, number);
      delete.executeUpdate();
    }
  }
}
