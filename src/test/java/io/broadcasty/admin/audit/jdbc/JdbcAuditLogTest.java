package io.broadcasty.admin.audit.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditOutcome;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcAuditLogTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @Test
  void storesEvents() throws Exception {
    try (Database database =
        Database.open(
            new DatabaseSettings("jdbc:h2:file:" + dir.resolve("audit"), "sa", null, 2))) {
      JdbcAuditLog log = new JdbcAuditLog(database);
      log.append(AuditEvent.ofService(null, "driver.switch", "{\"to\":\"ably\"}", 7));
      log.append(
          new AuditEvent(
              new TenantId("acme"),
              "publish",
              AuditOutcome.FAILED,
              new TenantId("acme"),
              "ann",
              "::1",
              "key:1",
              null,
              8));
      List<String> rows = new ArrayList<>();
      try (var connection = database.dataSource().getConnection();
          var statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT tenant_id, action, actor_id, ip, ctx, created_at, outcome, actor_tenant,"
                      + " target, chain_no"
                      + " FROM broadcasty_audit_logs ORDER BY id")) {
        while (row.next()) {
          List<String> columns = new ArrayList<>();
          for (int i = 1; i <= 10; i++) {
            columns.add(row.getString(i));
          }
          rows.add(String.join("|", columns.stream().map(String::valueOf).toList()));
        }
      }
      assertEquals(
          List.of(
              "|driver.switch|null|null|{\"to\":\"ably\"}|7|done|null|null|1",
              "acme|publish|ann|::1|null|8|failed|acme|key:1|1"),
          rows);
    }
  }

  @Test
  void eventsThatCannotBeStoredAreLoggedOnce() {
    Database database =
        Database.open(new DatabaseSettings("jdbc:h2:file:" + dir.resolve("closed"), "sa", null, 2));
    database.close();
    try (LogCapture captured = new LogCapture(JdbcAuditLog.class)) {
      JdbcAuditLog log = new JdbcAuditLog(database);
      for (int i = 0; i < 5; i++) {
        log.append(AuditEvent.ofService(null, "driver.switch", null, i));
      }
      assertEquals(1, captured.lines().size(), captured::text);
      assertTrue(captured.text().contains("the audit log, which loses entries"), captured::text);
    }
  }
}
