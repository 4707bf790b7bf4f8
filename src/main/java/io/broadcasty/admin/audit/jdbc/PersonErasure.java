package io.broadcasty.admin.audit.jdbc;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.broadcasty.infra.database.AuditLogTable;
import io.broadcasty.infra.database.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes a person from the entries of the audit log, some entries in each transaction. The
 * person's salt is set aside first, so that new entries get another one, and deleted last, so that
 * a call that failed is continued by the next one.
 */
final class PersonErasure {

  private static final int CHUNK = 500;
  private static final int ATTEMPTS = 10;

  /** Users whom an operator named for all tenants have an empty tenant. */
  private static final String SET_ASIDE =
      "UPDATE broadcasty_audit_users SET erasing = ref"
          + " WHERE user_tenant IN (?, '') AND user_id = ? AND erasing = ''";

  private static final String SALTS =
      "SELECT ref FROM broadcasty_audit_users"
          + " WHERE user_tenant IN (?, '') AND user_id = ? AND erasing <> ''";
  private static final String DELETE_SALT = "DELETE FROM broadcasty_audit_users WHERE ref = ?";
  private static final String AS_ACTOR =
      "SELECT id FROM broadcasty_audit_logs"
          + " WHERE actor_ref = ? AND (actor_id <> ? OR actor_id IS NULL OR ip IS NOT NULL)"
          + " ORDER BY id LIMIT "
          + CHUNK;
  private static final String ERASE_ACTOR =
      "UPDATE broadcasty_audit_logs SET actor_id = ?, ip = NULL WHERE id = ?";
  private static final String AS_TARGET =
      "SELECT id FROM broadcasty_audit_logs"
          + " WHERE target_ref = ? AND (target <> ? OR target IS NULL) ORDER BY id LIMIT "
          + CHUNK;
  private static final String ERASE_TARGET =
      "UPDATE broadcasty_audit_logs SET target = ? WHERE id = ?";

  /** Of entries from before the chain; operators may be of another tenant, which only ctx says. */
  private static final String EARLIER_ACTOR =
      "UPDATE broadcasty_audit_logs SET actor_id = 'erased', ip = NULL"
          + " WHERE chain_no IS NULL AND actor_id = ? AND (ctx LIKE ? ESCAPE '!'"
          + " OR (tenant_id = ? AND (ctx IS NULL OR ctx NOT LIKE '%\"actorTenant\":%')))";

  private static final String EARLIER_TARGET =
      "UPDATE broadcasty_audit_logs SET ctx = '{}'"
          + " WHERE chain_no IS NULL AND tenant_id IN (?, '') AND ctx LIKE ? ESCAPE '!'";

  private final Transactions transactions;

  PersonErasure(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Erases a user; returns how many entries have changed. */
  long erase(String tenant, String user) throws SQLException {
    long changed = transactions.<Long>write(ATTEMPTS, c -> eraseEarlier(c, tenant, user));
    var unused = transactions.write(ATTEMPTS, c -> update(c, SET_ASIDE, tenant, user));
    for (String ref : transactions.runAutoCommit(c -> salts(c, tenant, user))) {
      String actor = AuditLogTable.erasedActor(ref);
      String target = AuditLogTable.erasedTarget(ref);
      changed += eraseAll(AS_ACTOR, ERASE_ACTOR, ref, actor);
      changed += eraseAll(AS_TARGET, ERASE_TARGET, ref, target);
      var unusedSalt = transactions.writeDurably(ATTEMPTS, c -> update(c, DELETE_SALT, ref));
    }
    return changed;
  }

  private long eraseAll(String select, String update, String ref, String pseudonym)
      throws SQLException {
    long changed = 0;
    int part = CHUNK;
    while (part == CHUNK) {
      part = transactions.write(ATTEMPTS, c -> erasePart(c, select, update, ref, pseudonym));
      changed += part;
    }
    return changed;
  }

  private static int erasePart(
      Connection connection, String select, String update, String ref, String pseudonym)
      throws SQLException {
    List<Long> ids = new ArrayList<>(CHUNK);
    try (PreparedStatement named = connection.prepareStatement(select)) {
      named.setString(1, ref);
      named.setString(2, pseudonym);
      try (ResultSet row = named.executeQuery()) {
        while (row.next()) {
          ids.add(row.getLong(1));
        }
      }
    }
    try (PreparedStatement erase = connection.prepareStatement(update)) {
      for (long id : ids) {
        erase.setString(1, pseudonym);
        erase.setLong(2, id);
        erase.addBatch();
      }
      if (!ids.isEmpty()) {
        erase.executeBatch();
      }
    }
    return ids.size();
  }

  private static List<String> salts(Connection connection, String tenant, String user)
      throws SQLException {
    List<String> refs = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(SALTS)) {
      select.setString(1, tenant);
      select.setString(2, user);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          refs.add(row.getString(1));
        }
      }
    }
    return refs;
  }

  private static long eraseEarlier(Connection connection, String tenant, String user)
      throws SQLException {
    return update(connection, EARLIER_ACTOR, user, containing("actorTenant", tenant), tenant)
        + update(connection, EARLIER_TARGET, tenant, containing("user", user));
  }

  private static long update(Connection connection, String statement, String... parameters)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(statement)) {
      for (int i = 0; i < parameters.length; i++) {
        update.setString(i + 1, parameters[i]);
      }
      return update.executeUpdate();
    }
  }

  /** Returns a pattern of JSON with this field. */
  private static String containing(String field, String value) {
    String json = new String(JsonStringEncoder.getInstance().quoteAsString(value));
    return "%\"" + field + "\":\"" + json.replaceAll("[!%_]", "!$0") + "\"%";
  }
}
