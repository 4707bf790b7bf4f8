package io.broadcasty.admin.audit.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.audit.AuditChain;
import io.broadcasty.admin.audit.AuditChainContract;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.admin.audit.ChainReport;
import io.broadcasty.admin.audit.ChainReport.Fault;
import io.broadcasty.admin.audit.jpa.JpaAuditReader;
import io.broadcasty.core.request.RequestId;
import io.broadcasty.infra.database.AuditLogRetention;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.jpa.EntityManagers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the contract on H2, and attacks its chains by SQL; a subclass for each other database. */
class JdbcAuditChainTest extends AuditChainContract {

  private static final String LOG = "broadcasty_audit_logs";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private EntityManagers managers;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("audit"), "sa", null, 6));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    managers = new EntityManagers(database, JpaAuditReader.ENTITIES);
  }

  @AfterEach
  void close() {
    managers.close();
    database.close();
  }

  @Override
  protected AuditLog log() {
    return new JdbcAuditLog(database);
  }

  @Override
  protected AuditChain chain() {
    return new JdbcAuditChain(database);
  }

  @Override
  protected AuditReader reader() {
    return new JpaAuditReader(managers);
  }

  @Override
  protected void prune(long beforeMillis) {
    new AuditLogRetention(database).prune(beforeMillis);
  }

  @Override
  protected void makeUnreachable() {
    database.close();
  }

  private int sql(String statement) throws SQLException {
    try (Connection connection = database.dataSource().getConnection()) {
      connection.setAutoCommit(true);
      try (Statement change = connection.createStatement()) {
        return change.executeUpdate(statement);
      }
    }
  }

  private long count(String table) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement select = connection.createStatement();
        ResultSet row = select.executeQuery("SELECT COUNT(*) FROM " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"request_id = NULL", "request_id = 'r-2'", "request_id = ''"})
  void findsAChangedRequest(String change) throws SQLException {
    append(2);
    try (RequestId.Scope scope = RequestId.enter("r-1")) {
      append(1);
    }
    append(1);
    assertIntact(4);
    assertEquals(1, sql("UPDATE " + LOG + " SET " + change + " WHERE chain_no = 3"));
    assertFault(Fault.CHANGED, 3);
  }

  private void assertFault(Fault fault, long number) {
    ChainReport report = verify();
    assertEquals(fault, report.fault(), report::toString);
    assertEquals(number, report.faultNumber(), report::toString);
    assertFalse(report.intact());
    assertTrue(report.complete());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "action = 'key.revoke'",
        "outcome = 'failed'",
        "outcome = NULL",
        "actor_tenant = 'other'",
        "actor_id = 'eve'",
        "actor_id = NULL",
        "ip = '192.0.2.8'",
        "ip = NULL",
        "target = 'key:9'",
        "target = NULL",
        "ctx = '{}'",
        "created_at = 1",
        "row_hash = 'x'",
        "row_hash = NULL",
        "actor_ref = NULL",
        "actor_hash = 'x'",
        "target_ref = 'x'",
        "request_id = 'added'",
      })
  void findsAChangedEntry(String change) throws SQLException {
    append(5);
    assertEquals(1, sql("UPDATE " + LOG + " SET " + change + " WHERE chain_no = 3"));
    assertFault(Fault.CHANGED, 3);
  }

  @Test
  void findsAnEntryOfAnotherTenant() throws SQLException {
    append(5);
    assertEquals(1, sql("UPDATE " + LOG + " SET tenant_id = 'other' WHERE chain_no = 5"));
    assertFault(Fault.TRUNCATED, 5);
    assertEquals(Fault.INSERTED, chain().verify("other", null, null, 9).fault());
  }

  @Test
  void findsARemovedEntry() throws SQLException {
    append(5);
    assertEquals(1, sql("DELETE FROM " + LOG + " WHERE chain_no = 3"));
    assertFault(Fault.REMOVED, 3);
  }

  @Test
  void findsTheFirstEntriesRemoved() throws SQLException {
    append(5);
    assertEquals(2, sql("DELETE FROM " + LOG + " WHERE chain_no <= 2"));
    assertFault(Fault.REMOVED, 1);
  }

  @Test
  void findsARemovedEntryWhoseNumberIsFilled() throws SQLException {
    append(5);
    assertEquals(1, sql("DELETE FROM " + LOG + " WHERE chain_no = 3"));
    for (int number = 4; number <= 5; number++) {
      sql("UPDATE " + LOG + " SET chain_no = chain_no - 1 WHERE chain_no = " + number);
    }
    assertFault(Fault.CHANGED, 3);
  }

  private void insert(String number, String hash) throws SQLException {
    sql(
        "INSERT INTO "
            + LOG
            + " (tenant_id, action, created_at, chain_no, row_hash) VALUES ('acme', 'a', 1, "
            + number
            + ", "
            + hash
            + ")");
  }

  @Test
  void findsAnInsertedEntry() throws SQLException {
    append(5);
    for (int number = 5; number >= 3; number--) {
      sql("UPDATE " + LOG + " SET chain_no = chain_no + 1 WHERE chain_no = " + number);
    }
    insert("3", "'x'");
    assertFault(Fault.CHANGED, 3);
  }

  @ParameterizedTest
  @CsvSource({"6, 6", "9, 6", "0, 0", "-7, -7"})
  void findsAnEntryInsertedAtTheEnds(long number, long found) throws SQLException {
    append(5);
    insert(String.valueOf(number), "'x'");
    ChainReport report = verify();
    assertFalse(report.intact(), report::toString);
    assertEquals(found, report.faultNumber(), report::toString);
  }

  @Test
  void findsAnEntryInsertedBesideTheChain() throws SQLException {
    insert("NULL", "NULL");
    append(2);
    assertTrue(verify().intact(), "an earlier release wrote it");
    assertEquals(1, verify().before());
    insert("NULL", "NULL");
    assertFalse(verify().intact());
    assertEquals(1, verify().outside());
    assertEquals(1, verify().before());
  }

  @Test
  void findsEntriesThatHaveChangedPlaces() throws SQLException {
    append(5);
    sql("UPDATE " + LOG + " SET chain_no = 99 WHERE chain_no = 2");
    sql("UPDATE " + LOG + " SET chain_no = 2 WHERE chain_no = 4");
    sql("UPDATE " + LOG + " SET chain_no = 4 WHERE chain_no = 99");
    assertFault(Fault.CHANGED, 2);
  }

  @Test
  void findsTheLastEntriesRemoved() throws SQLException {
    append(5);
    assertEquals(2, sql("DELETE FROM " + LOG + " WHERE chain_no >= 4"));
    assertFault(Fault.TRUNCATED, 4);
    append(1);
    assertFault(Fault.REMOVED, 4);
  }

  @Test
  void findsAllEntriesRemoved() throws SQLException {
    append(5);
    sql("DELETE FROM " + LOG);
    assertFault(Fault.TRUNCATED, 1);
  }

  @Test
  void findsAChangedOrRemovedHead() throws SQLException {
    append(5);
    sql("UPDATE broadcasty_audit_heads SET head_hash = 'x'");
    assertFault(Fault.REPLACED, 5);
    sql("UPDATE broadcasty_audit_heads SET head_no = 4");
    assertFault(Fault.INSERTED, 5);
    sql("DELETE FROM broadcasty_audit_heads");
    assertFault(Fault.REPLACED, 5);
    append(1);
    assertEquals(6, verify().verified().number(), "the log goes on all the same");
  }

  /** Only a head that was exported tells: whoever sets the head back as well is not found here. */
  @Test
  void onlyAnExportedHeadTellsThatTheHeadWasSetBack() throws SQLException {
    append(4);
    String hash = verify().verified().hash();
    append(1);
    var exported = verify().verified();
    sql("DELETE FROM " + LOG + " WHERE chain_no = 5");
    sql("UPDATE broadcasty_audit_heads SET head_no = 4, head_hash = '" + hash + "'");
    assertIntact(4);
    ChainReport report = chain().verify("acme", null, exported, 99);
    assertEquals(Fault.TRUNCATED, report.fault());
    assertEquals(5, report.faultNumber());
  }

  @Test
  void findsAnErasureThatIsNone() throws SQLException {
    append(5);
    sql(
        "UPDATE "
            + LOG
            + " SET actor_id = CONCAT('erased:', actor_ref), ip = NULL"
            + " WHERE chain_no = 3");
    assertFault(Fault.CHANGED, 3);
  }

  @Test
  void findsARemovedSalt() throws SQLException {
    append(5);
    sql("DELETE FROM broadcasty_audit_users WHERE user_id = 'ann'");
    assertFault(Fault.CHANGED, 2);
  }

  @Test
  void anErasureThatFailedIsContinued() throws SQLException {
    append(5);
    sql("UPDATE broadcasty_audit_users SET erasing = ref WHERE user_id = 'ann'");
    append(2);
    assertIntact(7);
    assertEquals(3, chain().erase(ACME, "ann"));
    assertIntact(7);
    assertEquals(3, verify().erased());
  }

  @Test
  void erasesEntriesFromBeforeTheChain() throws SQLException {
    String earlier =
        "INSERT INTO " + LOG + " (tenant_id, action, actor_id, ip, ctx, created_at) VALUES ";
    sql(earlier + "('acme', 'a', 'ann', '::1', NULL, 1)");
    sql(earlier + "('other', 'a', 'ann', '::1', '{\"actorTenant\":\"acme\"}', 2)");
    sql(earlier + "('acme', 'a', 'ann', '::1', '{\"actorTenant\":\"operations\"}', 3)");
    sql(earlier + "('acme', 'a', 'boss', '::1', '{\"user\":\"ann\"}', 4)");
    sql(earlier + "('acme', 'a', 'boss', '::1', '{\"user\":\"anna\"}', 5)");
    assertEquals(3, chain().erase(ACME, "ann"));
    List<AuditEntry> entries = reader().page(AuditFilter.ofTenant(null), null, 9);
    assertEquals(
        List.of("boss", "boss", "ann", "erased", "erased"),
        entries.stream().map(AuditEntry::actor).toList());
    assertEquals("{}", entries.get(1).context());
    assertEquals("{\"user\":\"anna\"}", entries.get(0).context());
  }

  @Test
  void saltsEndWithTheLastEntryThatNeedsThem() throws SQLException {
    append(5);
    log().append(event(ACME, "carl", "user:dora", 1000));
    assertEquals(4, count("broadcasty_audit_users"));
    prune(5000);
    assertEquals(3, count("broadcasty_audit_users"), "carl's entry is behind a young one");
    prune(6000);
    assertEquals(0, count("broadcasty_audit_users"));
    assertIntact(0);
  }
}
