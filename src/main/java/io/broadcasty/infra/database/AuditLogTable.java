package io.broadcasty.infra.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Appends to and prunes the table of the audit log. */
public final class AuditLogTable {

  private static final long CHUNK_MILLIS = 3_600_000;

  /** The length of the column. */
  private static final int MAX_ACTOR = 200;

  private static final String OLDEST =
      "SELECT MIN(created_at) FROM broadcasty_audit_logs WHERE created_at < ?";
  private static final String INSERT =
      "INSERT INTO broadcasty_audit_logs (tenant_id, action, actor_id, ip, ctx, created_at)"
          + " VALUES (?, ?, ?, ?, ?, ?)";
  private static final String DELETE = "DELETE FROM broadcasty_audit_logs WHERE created_at < ?";

  private final Transactions transactions;

  public AuditLogTable(Database database) {
    this.transactions = Transactions.ofUpkeep(database);
  }

  /**
   * Inserts a row in the connection's transaction.
   *
   * @param tenant empty for the whole service
   * @param actor the caller's subject; null for the service itself
   * @param ip the caller's address; null where there is no caller
   * @param context more facts as JSON, without secrets and payloads; null for none
   */
  public static void append(
      Connection connection,
      String tenant,
      String action,
      @Nullable String actor,
      @Nullable String ip,
      @Nullable String context,
      long timeMillis)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, tenant);
      insert.setString(2, action);
      insert.setString(3, actor == null ? null : abbreviated(actor));
      insert.setString(4, ip);
      insert.setString(5, context);
      insert.setLong(6, timeMillis);
      insert.executeUpdate();
    }
  }

  /** Returns a name that fits its column, so that an overlong one hides nothing. */
  private static String abbreviated(String actor) {
    if (actor.length() <= MAX_ACTOR) {
      return actor;
    }
    int end = Character.isHighSurrogate(actor.charAt(MAX_ACTOR - 1)) ? MAX_ACTOR - 1 : MAX_ACTOR;
    return actor.substring(0, end);
  }

  /**
   * Deletes older rows, an hour's worth in each transaction, so that no lock is held for long.
   *
   * @throws DatabaseException when the database does not answer; the next call continues
   */
  public void prune(long beforeMillis) {
    try {
      boolean more = true;
      while (more) {
        more = transactions.runAutoCommit(connection -> pruneOldest(connection, beforeMillis));
      }
    } catch (SQLException e) {
      throw new DatabaseException("the audit log cannot be pruned", e);
    }
  }

  /** Deletes the oldest hour; returns false when there is none before that time. */
  private static boolean pruneOldest(Connection connection, long beforeMillis) throws SQLException {
    try (PreparedStatement oldest = connection.prepareStatement(OLDEST);
        PreparedStatement delete = connection.prepareStatement(DELETE)) {
      oldest.setLong(1, beforeMillis);
      long from = first(oldest);
      if (from < 0) {
        return false;
      }
      delete.setLong(1, Math.min(beforeMillis, from + CHUNK_MILLIS));
      delete.executeUpdate();
      return true;
    }
  }

  private static long first(PreparedStatement oldest) throws SQLException {
    try (var row = oldest.executeQuery()) {
      row.next();
      long millis = row.getLong(1);
      return row.wasNull() ? -1 : millis;
    }
  }
}
