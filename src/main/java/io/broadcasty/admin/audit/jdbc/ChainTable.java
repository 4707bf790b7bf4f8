package io.broadcasty.admin.audit.jdbc;

import io.broadcasty.admin.audit.ChainHead;
import io.broadcasty.infra.database.AuditHash;
import io.broadcasty.infra.database.AuditLogTable;
import io.broadcasty.infra.database.AuditRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the entries and heads of chains. */
final class ChainTable {

  private static final String ENTRIES =
      """
      SELECT l.chain_no, l.row_hash, l.action, l.outcome, l.actor_tenant, l.actor_id, l.ip,
        l.target, l.ctx, l.created_at, l.actor_ref, l.actor_hash, l.target_ref, l.target_hash,
        a.salt, a.erasing, t.salt, t.erasing, l.request_id
      FROM broadcasty_audit_logs l
      LEFT JOIN broadcasty_audit_users a ON a.ref = l.actor_ref
      LEFT JOIN broadcasty_audit_users t ON t.ref = l.target_ref
      WHERE l.tenant_id = ? AND l.chain_no > ? ORDER BY l.chain_no LIMIT ?\
      """;
  private static final String STATE =
      "SELECT head_no, head_hash, anchor_no, anchor_hash, start_id"
          + " FROM broadcasty_audit_heads WHERE tenant_id = ?";
  private static final String HEADS =
      "SELECT tenant_id, head_no, head_hash FROM broadcasty_audit_heads"
          + " WHERE tenant_id > ? ORDER BY tenant_id LIMIT ?";
  private static final String UNCHAINED =
      "SELECT COUNT(*), COALESCE(SUM(CASE WHEN id > ? THEN 1 ELSE 0 END), 0)"
          + " FROM broadcasty_audit_logs WHERE tenant_id = ? AND chain_no IS NULL";

  /**
   * The two ends of a chain.
   *
   * @param anchor the last entry that retention has removed
   * @param startId entries with a greater id belong to the chain
   */
  record State(ChainHead head, ChainHead anchor, long startId) {}

  /** How an entry's person is stored. */
  private record Person(@Nullable String salt, @Nullable String erasing) {

    /** Returns whether the name of the person may have been removed. */
    boolean mayBeErased() {
      return salt == null || (erasing != null && !erasing.isEmpty());
    }
  }

  /** An entry of a chain, with the salts of its people. */
  record Entry(
      long number,
      String hash,
      AuditRow row,
      AuditHash.People people,
      boolean actorErased,
      boolean targetErased,
      boolean genuine) {

    boolean follows(ChainHead previous) {
      return genuine && hash.equals(AuditHash.ofRow(previous.hash(), number, row, people));
    }

    boolean erased() {
      return actorErased || targetErased;
    }
  }

  private ChainTable() {}

  /** Returns entries with greater numbers, in one statement, so that they match their salts. */
  static List<Entry> entries(Connection connection, String tenant, long after, int limit)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(ENTRIES)) {
      select.setString(1, tenant);
      select.setLong(2, after);
      select.setInt(3, limit);
      List<Entry> entries = new ArrayList<>(limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          entries.add(entry(tenant, row));
        }
      }
      return entries;
    }
  }

  private static Entry entry(String tenant, ResultSet row) throws SQLException {
    AuditRow entry =
        new AuditRow(
            tenant,
            row.getString(3),
            row.getString(4),
            row.getString(5),
            row.getString(6),
            row.getString(7),
            row.getString(8),
            row.getString(9),
            row.getString(19),
            row.getLong(10));
    AuditHash.People people =
        new AuditHash.People(
            row.getString(11), row.getString(12), row.getString(13), row.getString(14));
    Person actor = new Person(row.getString(15), row.getString(16));
    Person target = new Person(row.getString(17), row.getString(18));
    boolean actorErased =
        people.actorRef() != null
            && AuditLogTable.erasedActor(people.actorRef()).equals(entry.actor())
            && entry.ip() == null;
    boolean targetErased =
        people.targetRef() != null
            && AuditLogTable.erasedTarget(people.targetRef()).equals(entry.target());
    boolean genuine =
        (people.actorRef() == null
                || (actorErased
                    ? actor.mayBeErased()
                    : actor.salt() != null
                        && AuditHash.ofActor(actor.salt(), entry).equals(people.actorHash())))
            && (people.targetRef() == null
                || (targetErased
                    ? target.mayBeErased()
                    : target.salt() != null
                        && AuditHash.ofTarget(target.salt(), entry).equals(people.targetHash())));
    return new Entry(
        row.getLong(1),
        Objects.requireNonNullElse(row.getString(2), ""),
        entry,
        people,
        actorErased,
        targetErased,
        genuine);
  }

  /** Returns the ends of a chain; null when there is none. */
  static @Nullable State state(Connection connection, String tenant) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(STATE)) {
      select.setString(1, tenant);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? new State(
                new ChainHead(tenant, row.getLong(1), row.getString(2)),
                new ChainHead(tenant, row.getLong(3), row.getString(4)),
                row.getLong(5))
            : null;
      }
    }
  }

  static List<ChainHead> heads(Connection connection, @Nullable String after, int limit)
      throws SQLException {
    List<ChainHead> heads = new ArrayList<>();
    if (after == null) {
      State ofService = state(connection, "");
      if (ofService != null) {
        heads.add(ofService.head());
      }
    }
    if (heads.size() < limit) {
      try (PreparedStatement select = connection.prepareStatement(HEADS)) {
        select.setString(1, after == null ? "" : after);
        select.setInt(2, limit - heads.size());
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            heads.add(new ChainHead(row.getString(1), row.getLong(2), row.getString(3)));
          }
        }
      }
    }
    return heads;
  }

  /** Returns how many entries are in no chain: all, and those with a greater id. */
  static long[] unchained(Connection connection, String tenant, long afterId) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(UNCHAINED)) {
      select.setLong(1, afterId);
      select.setString(2, tenant);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new long[] {row.getLong(1), row.getLong(2)};
      }
    }
  }
}
