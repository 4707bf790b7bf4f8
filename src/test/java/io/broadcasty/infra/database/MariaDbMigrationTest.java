package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests the migrations on a real MariaDB. */
@Tag("stores")
class MariaDbMigrationTest extends MigrationTest {

  private final DatabaseSettings settings = MariaDb.newEmptyDatabase("mariadb");

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }

  /** The schema of earlier releases took {@code bar} and {@code bar } for the same key. */
  @Test
  void anOlderSchemaComparesTextsAsTheyAreAfterItsMigration() throws Exception {
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setJdbcUrl(settings.url());
      pool.setUsername(settings.user());
      pool.setPassword("");
      try (Connection connection = pool.getConnection()) {
        Map<String, String> placeholders = new HashMap<>(Dialect.MARIADB.placeholders(connection));
        placeholders.replaceAll((name, text) -> text.replace("utf8mb4_nopad_bin", "utf8mb4_bin"));
        Flyway.configure()
            .dataSource(pool)
            .locations("classpath:db/migration")
            .table("broadcasty_schema")
            .placeholders(placeholders)
            .target("9")
            .load()
            .migrate();
        assertTrue(paddedKeys(connection).contains("broadcasty_ids.envelope_id"));
        try (Statement statement = connection.createStatement()) {
          statement.execute(id("bar"));
          assertThrows(SQLException.class, () -> statement.execute(id("bar ")));
        }
      }
    }
    try (Database database = Database.open(settings);
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(id("bar "));
      assertThrows(SQLException.class, () -> statement.execute(id("bar")));
      assertEquals(
          Set.of(),
          paddedKeys(connection).stream()
              .filter(column -> !column.startsWith("broadcasty_events."))
              .collect(Collectors.toSet()));
    }
  }

  @Test
  void everyKeyOfANewSchemaComparesTextsAsTheyAre() throws Exception {
    try (Database database = Database.open(settings);
        Connection connection = database.dataSource().getConnection()) {
      assertEquals(Set.of(), paddedKeys(connection));
    }
  }

  private static String id(String id) {
    return "INSERT INTO broadcasty_ids VALUES ('acme', 'orders', '" + id + "', 0, 'e', 1, 1)";
  }

  /** Returns the columns of texts that are compared without the blanks at their end. */
  private static Set<String> paddedKeys(Connection connection) throws SQLException {
    Set<String> padded = new TreeSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet columns =
            statement.executeQuery(
                "SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns"
                    + " WHERE table_schema = DATABASE() AND table_name LIKE 'broadcasty\\_%'"
                    + " AND table_name <> 'broadcasty_schema'"
                    + " AND collation_name NOT LIKE '%nopad\\_bin'")) {
      while (columns.next()) {
        padded.add(columns.getString(1));
      }
    }
    return padded;
  }
}
