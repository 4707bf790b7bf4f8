package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the migrations on H2; a subclass for each other database. */
class MigrationTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  /** Returns the settings of an empty database. */
  protected DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("db"), "sa", null, 4);
  }

  @Test
  void hasTheTablesTheReferenceNames() throws Exception {
    try (Database database = Database.open(settings());
        Connection connection = database.dataSource().getConnection()) {
      Set<String> tables = new TreeSet<>();
      try (ResultSet found =
          connection
              .getMetaData()
              .getTables(
                  connection.getCatalog(), null, "%", new String[] {"TABLE", "BASE TABLE"})) {
        while (found.next()) {
          tables.add(found.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
        }
      }
      assertTrue(
          tables.containsAll(
              Set.of(
                  "broadcasty_channels",
                  "broadcasty_api_keys",
                  "broadcasty_events",
                  "broadcasty_audit_logs")),
          tables.toString());
    }
  }

  @Test
  void keysAreUniqueAndNamesAreCaseSensitive() throws Exception {
    try (Database database = Database.open(settings());
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(policy("p1", "acme", "a"));
      statement.execute(policy("p2", "acme", "A"));
      statement.execute(policy("p3", "globex", "a"));
      refused(statement, policy("p4", "acme", "a"));
      statement.execute(apiKey("k1"));
      refused(statement, apiKey("k1"));
      statement.execute(apiKey("K1"));
      for (int i = 0; i < 2; i++) {
        statement.execute(
            "INSERT INTO broadcasty_audit_logs (tenant_id, action, actor_id, ip, ctx, created_at)"
                + " VALUES ('acme', 'publish', 'ann', '::1', '{}', 1)");
      }
      assertEquals(List.of("1", "2"), column(statement, "SELECT id FROM broadcasty_audit_logs"));
    }
  }

  @Test
  void keepsThePublicationsOfAnOlderSchemaAndOfEachEpoch() throws Exception {
    DatabaseSettings settings = settings();
    try (Database database = Database.open(settings);
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      Flyway first =
          Flyway.configure()
              .dataSource(database.dataSource())
              .locations("classpath:db/migration")
              .table("broadcasty_schema")
              .placeholders(database.dialect().placeholders(connection))
              .cleanDisabled(false)
              .target("1")
              .load();
      first.clean();
      first.migrate();
      statement.execute(event("one", 1));
      assertThrows(SQLException.class, () -> statement.execute(event("two", 1)));
    }
    try (Database database = Database.open(settings);
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(event("two", 1));
      refused(statement, event("two", 1));
      assertEquals(
          List.of("one", "two"),
          column(statement, "SELECT epoch FROM broadcasty_events ORDER BY epoch"));
    }
  }

  private static String policy(String id, String tenant, String channels) {
    return """
    INSERT INTO broadcasty_channels (policy_id, tenant_id, channels, shape, rules, created_at,
    updated_at, revision) VALUES ('%s', '%s', '%s', '%s', '[]', 1, 1, 1)
    """
        .formatted(id, tenant, channels, channels);
  }

  private static String apiKey(String key) {
    return "INSERT INTO broadcasty_api_keys VALUES ('%s', 'acme', 'n', 'a publish', 'm', 's', '', 0,"
            .formatted(key)
        + " 'active', 0, 0, 1, 1, 1)";
  }

  private static String event(String epoch, long sequence) {
    return "INSERT INTO broadcasty_events (tenant_id, channel, partition_no, seq, epoch,"
        + " envelope_id, idempotent, payload, cost_bytes, bytes_before, published_at) VALUES"
        + " ('acme', 'orders', 0, %d, '%s', 'i', 0, '31', 1, 0, 1)".formatted(sequence, epoch);
  }

  private static void refused(Statement statement, String sql) {
    SQLException refusal = assertThrows(SQLException.class, () -> statement.execute(sql));
    assertTrue(refusal.getSQLState().startsWith("23"), refusal.getSQLState());
  }

  private static List<String> column(Statement statement, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }
}
