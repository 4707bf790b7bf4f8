package io.broadcasty.admin.audit.jpa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.admin.audit.AuditCursor;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.admin.audit.AuditStoreException;
import io.broadcasty.admin.audit.jdbc.JdbcAuditLog;
import io.broadcasty.core.request.RequestId;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.jpa.EntityManagers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests on H2 how the audit log is read; a subclass for each other database. */
class JpaAuditReaderTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private EntityManagers managers;

  @SuppressWarnings("NullAway.Init")
  private JpaAuditReader reader;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("audit"), "sa", null, 4));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    managers = new EntityManagers(database, JpaAuditReader.ENTITIES);
    reader = new JpaAuditReader(managers);
  }

  @AfterEach
  void close() {
    managers.close();
    database.close();
  }

  private void append(@Nullable TenantId tenant, String action, String actor, long timeMillis) {
    new JdbcAuditLog(database)
        .append(
            new AuditEvent(
                tenant,
                action,
                actor.equals("eve") ? AuditOutcome.REFUSED : AuditOutcome.DONE,
                ACME,
                actor,
                "192.0.2.7",
                "key:" + timeMillis,
                "{\"a\":\"ü☃\"}",
                timeMillis));
  }

  private List<String> actions(AuditFilter filter) {
    return reader.page(filter, null, 100).stream().map(AuditEntry::action).toList();
  }

  @Test
  void readsAnEntryAsItWasWritten() {
    append(ACME, "key.create", "änn☃", 1000);
    AuditEntry entry = reader.page(AuditFilter.ofTenant(null), null, 10).get(0);
    assertNotNull(entry.hash());
    assertEquals(
        new AuditEntry(
            entry.id(),
            "acme",
            "key.create",
            "done",
            "acme",
            "änn☃",
            "192.0.2.7",
            "key:1000",
            "{\"a\":\"ü☃\"}",
            null,
            1000,
            1,
            entry.hash()),
        entry);
  }

  @Test
  void filters() {
    append(ACME, "key.create", "ann", 1000);
    append(ACME, "key.revoke", "ben", 2000);
    append(ACME, "keyx", "eve", 3000);
    append(OTHER, "tenant.change", "ann", 4000);
    append(null, "driver.switch", "ann", 5000);
    assertEquals(
        List.of("driver.switch", "tenant.change", "keyx", "key.revoke", "key.create"),
        actions(AuditFilter.ofTenant(null)));
    assertEquals(
        List.of("keyx", "key.revoke", "key.create"), actions(AuditFilter.ofTenant("acme")));
    assertEquals(List.of("driver.switch"), actions(AuditFilter.ofTenant("")));
    assertEquals(
        List.of("keyx", "key.revoke"),
        actions(new AuditFilter("acme", 2000, 4000, null, null, null, null, null)));
    assertEquals(
        List.of("key.create"),
        actions(new AuditFilter("acme", 0, 9000, "ann", null, null, null, null)));
    assertEquals(
        List.of("key.revoke", "key.create"),
        actions(new AuditFilter(null, 0, 9000, null, "key.*", null, null, null)));
    assertEquals(
        List.of("keyx"), actions(new AuditFilter(null, 0, 9000, null, "keyx", null, null, null)));
    assertEquals(
        List.of(),
        actions(new AuditFilter(null, 0, 9000, null, "k_y*", null, null, null)),
        "only a star stands for others");
    assertEquals(
        List.of("key.revoke"),
        actions(new AuditFilter(null, 0, 9000, null, null, "key:2000", null, null)));
    assertEquals(
        List.of("keyx"),
        actions(new AuditFilter("acme", 0, 9000, null, null, null, AuditOutcome.REFUSED, null)));
  }

  @Test
  void findsTheEntriesOfARequest() {
    append(ACME, "key.create", "ann", 1000);
    try (RequestId.Scope scope = RequestId.enter("r-1")) {
      append(ACME, "key.revoke", "ann", 2000);
      append(OTHER, "tenant.change", "ann", 3000);
    }
    AuditFilter ofAll = new AuditFilter(null, 0, 9000, null, null, null, null, "r-1");
    assertEquals(List.of("tenant.change", "key.revoke"), actions(ofAll));
    assertEquals("r-1", reader.page(ofAll, null, 1).get(0).requestId());
    assertEquals(
        List.of("key.revoke"),
        actions(new AuditFilter("acme", 0, 9000, null, null, null, null, "r-1")));
  }

  @Test
  void pagesMeetEveryEntryOnceWhileOthersAreWritten() {
    for (int i = 0; i < 10; i++) {
      append(ACME, "a" + i, "ann", 1000 + i / 4);
    }
    List<String> read = new ArrayList<>();
    AuditCursor before = null;
    List<AuditEntry> page;
    do {
      page = reader.page(AuditFilter.ofTenant("acme"), before, 3);
      append(ACME, "later", "ann", 5000);
      for (AuditEntry each : page) {
        read.add(each.action());
        before = AuditCursor.parse(each.cursor().text());
      }
    } while (!page.isEmpty());
    assertEquals(List.of("a9", "a8", "a7", "a6", "a5", "a4", "a3", "a2", "a1", "a0"), read);
  }

  @Test
  void reportsAnUnreachableStore() {
    database.close();
    assertThrows(AuditStoreException.class, () -> reader.page(AuditFilter.ofTenant(null), null, 1));
  }
}
