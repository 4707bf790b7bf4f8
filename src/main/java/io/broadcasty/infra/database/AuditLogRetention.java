package io.broadcasty.infra.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Deletes old entries of the audit log. A chain loses entries from its beginning only, up to the
 * first that is young enough; the last one deleted stays in the head's row as the anchor, from
 * which the rest can be verified. A salt is deleted when no entry needs it any more.
 */
public final class AuditLogRetention {

  private static final long CHUNK_MILLIS = 3_600_000;
  private static final int CHUNK_ROWS = 1000;
  private static final int ATTEMPTS = 10;

  private static final String OLDEST =
      "SELECT MIN(created_at) FROM broadcasty_audit_logs"
          + " WHERE created_at < ? AND chain_no IS NULL";
  private static final String DELETE =
      "DELETE FROM broadcasty_audit_logs WHERE created_at < ? AND chain_no IS NULL";
  private static final String TENANTS =
      "SELECT DISTINCT tenant_id FROM broadcasty_audit_logs"
          + " WHERE created_at < ? AND chain_no IS NOT NULL";
  private static final String LOCK_ANCHOR =
      "SELECT anchor_no FROM broadcasty_audit_heads WHERE tenant_id = ? FOR UPDATE";
  private static final String FIRST =
      "SELECT chain_no, row_hash, created_at FROM broadcasty_audit_logs"
          + " WHERE tenant_id = ? AND chain_no > ? ORDER BY chain_no LIMIT "
          + CHUNK_ROWS;
  private static final String DELETE_FIRST =
      "DELETE FROM broadcasty_audit_logs WHERE tenant_id = ? AND chain_no > ? AND chain_no <= ?";
  private static final String MOVE_ANCHOR =
      "UPDATE broadcasty_audit_heads SET anchor_no = ?, anchor_hash = ? WHERE tenant_id = ?";
  private static final String OLD_SALTS =
      "SELECT ref FROM broadcasty_audit_users WHERE created_at < ? AND erasing = '' AND ref > ?"
          + " ORDER BY ref LIMIT "
          + CHUNK_ROWS;
  private static final String LOCK_SALT =
      "SELECT ref FROM broadcasty_audit_users WHERE ref = ? FOR UPDATE";
  private static final String DELETE_SALT =
      """
      DELETE FROM broadcasty_audit_users WHERE ref = ?
        AND NOT EXISTS (SELECT 1 FROM broadcasty_audit_logs WHERE actor_ref = ?)
        AND NOT EXISTS (SELECT 1 FROM broadcasty_audit_logs WHERE target_ref = ?)\
      """;

  private final Transactions transactions;

  public AuditLogRetention(Database database) {
    this.transactions = Transactions.ofUpkeep(database);
  }

  /**
   * Deletes older rows, some in each transaction, so that no lock is held for long.
   *
   * @throws DatabaseException when the database does not answer; the next call continues
   */
  public void prune(long beforeMillis) {
    try {
      boolean more = true;
      while (more) {
        more = transactions.runAutoCommit(connection -> pruneUnchained(connection, beforeMillis));
      }
      long deleted = 0;
      for (String tenant : transactions.runAutoCommit(c -> tenants(c, beforeMillis))) {
        int part = CHUNK_ROWS;
        while (part == CHUNK_ROWS) {
          part = transactions.write(ATTEMPTS, c -> pruneChain(c, tenant, beforeMillis));
          deleted += part;
        }
      }
      if (deleted > 0) {
        pruneSalts(beforeMillis);
      }
    } catch (SQLException e) {
      throw new DatabaseException("the audit log cannot be pruned", e);
    }
  }

  /** Deletes the oldest hour; returns false when there is none before that time. */
  private static boolean pruneUnchained(Connection connection, long beforeMillis)
      throws SQLException {
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
    try (ResultSet row = oldest.executeQuery()) {
      row.next();
      long millis = row.getLong(1);
      return row.wasNull() ? -1 : millis;
    }
  }

  private static List<String> tenants(Connection connection, long beforeMillis)
      throws SQLException {
    List<String> tenants = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(TENANTS)) {
      select.setLong(1, beforeMillis);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          tenants.add(row.getString(1));
        }
      }
    }
    return tenants;
  }

  /** Deletes the oldest entries of a chain; returns how many. */
  private static int pruneChain(Connection connection, String tenant, long beforeMillis)
      throws SQLException {
    long anchor;
    try (PreparedStatement lock = connection.prepareStatement(LOCK_ANCHOR)) {
      lock.setString(1, tenant);
      try (ResultSet row = lock.executeQuery()) {
        if (!row.next()) {
          return 0; // somebody has deleted the head; the verification tells
        }
        anchor = row.getLong(1);
      }
    }
    long last = anchor;
    String hash = "";
    int old = 0;
    try (PreparedStatement select = connection.prepareStatement(FIRST)) {
      select.setString(1, tenant);
      select.setLong(2, anchor);
      try (ResultSet row = select.executeQuery()) {
        while (row.next() && row.getLong(3) < beforeMillis) {
          last = row.getLong(1);
          hash = String.valueOf(row.getString(2));
          old++;
        }
      }
    }
    if (old > 0) {
      delete(connection, tenant, anchor, last);
      moveAnchor(connection, tenant, last, hash);
    }
    return old;
  }

  private static void delete(Connection connection, String tenant, long after, long last)
      throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(DELETE_FIRST)) {
      delete.setString(1, tenant);
      delete.setLong(2, after);
      delete.setLong(3, last);
      delete.executeUpdate();
    }
  }

  private static void moveAnchor(Connection connection, String tenant, long number, String hash)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(MOVE_ANCHOR)) {
      update.setLong(1, number);
      update.setString(2, hash);
      update.setString(3, tenant);
      update.executeUpdate();
    }
  }

  private void pruneSalts(long beforeMillis) throws SQLException {
    List<String> refs = List.of("");
    while (!refs.isEmpty()) {
      String after = refs.get(refs.size() - 1);
      refs = transactions.runAutoCommit(c -> oldSalts(c, beforeMillis, after));
      for (String ref : refs) {
        var unused = transactions.write(ATTEMPTS, c -> deleteUnusedSalt(c, ref));
      }
    }
  }

  private static List<String> oldSalts(Connection connection, long beforeMillis, String after)
      throws SQLException {
    List<String> refs = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(OLD_SALTS)) {
      select.setLong(1, beforeMillis);
      select.setString(2, after);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          refs.add(row.getString(1));
        }
      }
    }
    return refs;
  }

  /** Deletes a salt; locks it first, to see the entries of those who held it until then. */
  private static int deleteUnusedSalt(Connection connection, String ref) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(LOCK_SALT);
        PreparedStatement delete = connection.prepareStatement(DELETE_SALT)) {
      lock.setString(1, ref);
      lock.executeQuery().close();
      delete.setString(1, ref);
      delete.setString(2, ref);
      delete.setString(3, ref);
      return delete.executeUpdate();
    }
  }
}
