package io.broadcasty.infra.database;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Appends to the table of the audit log.
 *
 * <p>Each tenant's entries form a chain. Whoever appends holds the row of the chain's head until
 * the end of the transaction, so nodes that append at the same time do so one after the other.
 */
public final class AuditLogTable {

  private static final int SALT_BYTES = 32;
  private static final int REF_BYTES = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static final String INSERT =
      "INSERT INTO broadcasty_audit_logs (tenant_id, action, outcome, actor_tenant, actor_id, ip,"
          + " target, ctx, created_at, chain_no, row_hash, actor_ref, actor_hash, target_ref,"
          + " target_hash, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String SALT =
      "SELECT ref, salt FROM broadcasty_audit_users"
          + " WHERE user_tenant = ? AND user_id = ? AND erasing = '' FOR UPDATE";
  private static final String NEW_SALT =
      "INSERT INTO broadcasty_audit_users (ref, user_tenant, user_id, erasing, salt, created_at)"
          + " VALUES (?, ?, ?, '', ?, ?)";
  private static final String HEAD =
      "SELECT head_no, head_hash FROM broadcasty_audit_heads WHERE tenant_id = ? FOR UPDATE";
  private static final String LAST =
      "SELECT chain_no, row_hash FROM broadcasty_audit_logs"
          + " WHERE tenant_id = ? AND chain_no IS NOT NULL ORDER BY chain_no DESC LIMIT 1";
  private static final String NEW_HEAD =
      "INSERT INTO broadcasty_audit_heads"
          + " (tenant_id, head_no, head_hash, anchor_no, anchor_hash, start_id)"
          + " VALUES (?, ?, ?, 0, '',"
          + " (SELECT COALESCE(MAX(id), 0) FROM broadcasty_audit_logs))";
  private static final String MOVE_HEAD =
      "UPDATE broadcasty_audit_heads SET head_no = ?, head_hash = ? WHERE tenant_id = ?";

  private AuditLogTable() {}

  /** Returns what an entry has instead of an actor who was erased. */
  public static String erasedActor(String ref) {
    return "erased:" + ref;
  }

  /** Returns what an entry has instead of a target who was erased. */
  public static String erasedTarget(String ref) {
    return "user:erased:" + ref;
  }

  /** Somebody whom the audit log names. */
  private record Person(String tenant, String user) implements Comparable<Person> {

    @Override
    public int compareTo(Person other) {
      int byTenant = tenant.compareTo(other.tenant);
      return byTenant == 0 ? user.compareTo(other.user) : byTenant;
    }
  }

  private record Salt(String ref, String value) {}

  private record Head(long number, String hash) {}

  /**
   * Appends entries to their chains, in this order, at the end of the connection's transaction,
   * which must be READ COMMITTED. Locks are taken in the same order by everyone.
   *
   * @throws SQLException also when another transaction began a chain at the same time; the whole
   *     transaction is to be repeated, as {@link Transactions#write(int, Transactions.Work)} does
   */
  public static void append(Connection connection, List<AuditRow> rows) throws SQLException {
    SortedMap<Person, Salt> salts = new TreeMap<>();
    SortedMap<String, Head> heads = new TreeMap<>();
    for (AuditRow row : rows) {
      for (Person each : people(row)) {
        salts.put(each, new Salt("", ""));
      }
      heads.put(row.tenant(), new Head(0, AuditHash.NONE));
    }
    if (rows.isEmpty()) {
      return;
    }
    long now = rows.get(0).timeMillis();
    for (var each : salts.entrySet()) {
      each.setValue(lockSalt(connection, each.getKey(), now));
    }
    for (var each : heads.entrySet()) {
      each.setValue(lockHead(connection, each.getKey()));
    }
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (AuditRow row : rows) {
        heads.compute(
            row.tenant(),
            (tenant, head) -> next(head == null ? new Head(0, AuditHash.NONE) : head, row, salts));
        insert(insert, row, heads, salts);
      }
    }
    for (var each : heads.entrySet()) {
      moveHead(connection, each.getKey(), each.getValue());
    }
  }

  private static List<Person> people(AuditRow row) {
    Person actor = actor(row);
    Person target = target(row);
    if (actor == null) {
      return target == null ? List.of() : List.of(target);
    }
    return target == null ? List.of(actor) : List.of(actor, target);
  }

  private static @Nullable Person actor(AuditRow row) {
    return row.actor() == null
        ? null
        : new Person(row.actorTenant() == null ? row.tenant() : row.actorTenant(), row.actor());
  }

  private static @Nullable Person target(AuditRow row) {
    String user = row.targetUser();
    return user == null ? null : new Person(row.tenant(), user);
  }

  private static Head next(Head head, AuditRow row, SortedMap<Person, Salt> salts) {
    long number = head.number() + 1;
    return new Head(number, AuditHash.ofRow(head.hash(), number, row, hashes(row, salts)));
  }

  private static AuditHash.People hashes(AuditRow row, SortedMap<Person, Salt> salts) {
    Person actor = actor(row);
    Person target = target(row);
    Salt ofActor = actor == null ? null : salts.get(actor);
    Salt ofTarget = target == null ? null : salts.get(target);
    return new AuditHash.People(
        ofActor == null ? null : ofActor.ref(),
        ofActor == null ? null : AuditHash.ofActor(ofActor.value(), row),
        ofTarget == null ? null : ofTarget.ref(),
        ofTarget == null ? null : AuditHash.ofTarget(ofTarget.value(), row));
  }

  private static void insert(
      PreparedStatement insert,
      AuditRow row,
      SortedMap<String, Head> heads,
      SortedMap<Person, Salt> salts)
      throws SQLException {
    Head head = heads.get(row.tenant());
    if (head == null) {
      throw new IllegalStateException("no head of the chain");
    }
    AuditHash.People people = hashes(row, salts);
    insert.setString(1, row.tenant());
    insert.setString(2, row.action());
    insert.setString(3, row.outcome());
    insert.setString(4, row.actorTenant());
    insert.setString(5, row.actor());
    insert.setString(6, row.ip());
    insert.setString(7, row.target());
    insert.setString(8, row.context());
    insert.setLong(9, row.timeMillis());
    insert.setLong(10, head.number());
    insert.setString(11, head.hash());
    insert.setString(12, people.actorRef());
    insert.setString(13, people.actorHash());
    insert.setString(14, people.targetRef());
    insert.setString(15, people.targetHash());
    insert.setString(16, row.requestId());
    insert.executeUpdate();
  }

  private static Salt lockSalt(Connection connection, Person person, long nowMillis)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SALT)) {
      select.setString(1, person.tenant());
      select.setString(2, person.user());
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          return new Salt(row.getString(1), row.getString(2));
        }
      }
    }
    Salt salt = new Salt(random(REF_BYTES), random(SALT_BYTES));
    try (PreparedStatement insert = connection.prepareStatement(NEW_SALT)) {
      insert.setString(1, salt.ref());
      insert.setString(2, person.tenant());
      insert.setString(3, person.user());
      insert.setString(4, salt.value());
      insert.setLong(5, nowMillis);
      insert.executeUpdate();
    }
    return salt;
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Locks the head of a chain; where there is none, it begins behind the entries that exist. */
  private static Head lockHead(Connection connection, String tenant) throws SQLException {
    Head found = head(connection, HEAD, tenant);
    if (found != null) {
      return found;
    }
    Head last = head(connection, LAST, tenant);
    Head begun = last == null ? new Head(0, AuditHash.NONE) : last;
    try (PreparedStatement insert = connection.prepareStatement(NEW_HEAD)) {
      insert.setString(1, tenant);
      insert.setLong(2, begun.number());
      insert.setString(3, begun.hash());
      insert.executeUpdate();
    }
    return begun;
  }

  private static @Nullable Head head(Connection connection, String query, String tenant)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setString(1, tenant);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? new Head(row.getLong(1), row.getString(2)) : null;
      }
    }
  }

  private static void moveHead(Connection connection, String tenant, Head head)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(MOVE_HEAD)) {
      update.setLong(1, head.number());
      update.setString(2, head.hash());
      update.setString(3, tenant);
      update.executeUpdate();
    }
  }
}
