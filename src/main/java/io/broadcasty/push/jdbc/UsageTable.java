package io.broadcasty.push.jdbc;

import io.broadcasty.core.tenant.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * SQL statements on the table {@code broadcasty_push_usage}, which counts notifications for the
 * daily quota.
 */
final class UsageTable {

  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  private static final String USED =
      "SELECT used FROM broadcasty_push_usage WHERE tenant_id = ? AND day_number = ?";
  private static final String LOCKED = USED + " FOR UPDATE";
  private static final String ADD =
      "UPDATE broadcasty_push_usage SET used = used + ? WHERE tenant_id = ? AND day_number = ?";
  private static final String BEGIN =
      "INSERT INTO broadcasty_push_usage (used, tenant_id, day_number) VALUES (?, ?, ?)";
  private static final String PRUNE = "DELETE FROM broadcasty_push_usage WHERE day_number < ?";

  private UsageTable() {}

  /**
   * Returns how many notifications the tenant has sent on the day; locks the row, so that the count
   * does not change until the transaction ends.
   */
  static long usedToday(Connection connection, TenantId tenant, long nowMillis)
      throws SQLException {
    return used(connection, LOCKED, tenant, nowMillis);
  }

  /** Returns how many notifications the tenant has sent on the day, as last committed. */
  static long usedOn(Connection connection, TenantId tenant, long nowMillis) throws SQLException {
    return used(connection, USED, tenant, nowMillis);
  }

  private static long used(Connection connection, String sql, TenantId tenant, long nowMillis)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, tenant.value());
      select.setLong(2, Math.floorDiv(nowMillis, DAY_MILLIS));
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  /**
   * Adds to the tenant's count of notifications on the day.
   *
   * @throws SQLException with a state of class 23 when another transaction inserts the day
   *     concurrently
   */
  static void add(Connection connection, TenantId tenant, long nowMillis, int count)
      throws SQLException {
    if (execute(connection, ADD, tenant, nowMillis, count) == 0) {
      execute(connection, BEGIN, tenant, nowMillis, count);
    }
  }

  private static int execute(
      Connection connection, String sql, TenantId tenant, long nowMillis, int count)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, count);
      statement.setString(2, tenant.value());
      statement.setLong(3, Math.floorDiv(nowMillis, DAY_MILLIS));
      return statement.executeUpdate();
    }
  }

  /** Deletes the counts of days before yesterday. */
  static void prune(Connection connection, long nowMillis) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
      delete.setLong(1, Math.floorDiv(nowMillis, DAY_MILLIS) - 1);
      delete.executeUpdate();
    }
  }
}
