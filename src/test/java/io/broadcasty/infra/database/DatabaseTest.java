package io.broadcasty.infra.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("db"), "sa", null, 2);
  }

  @Test
  void migratesOnceAndKeepsWhatIsThere() throws Exception {
    try (Database database = Database.open(settings());
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO broadcasty_store VALUES (7, 'e', 0)");
      assertEquals(Dialect.H2, database.dialect());
    }
    try (Database database = Database.open(settings());
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT epoch FROM broadcasty_store")) {
      assertTrue(rows.next());
      assertEquals("e", rows.getString(1));
    }
  }

  @Test
  void everyCommitIsWrittenByTheThreadThatCommits() throws Exception {
    try (Database database = Database.open(settings());
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT SETTING_VALUE FROM INFORMATION_SCHEMA.SETTINGS"
                    + " WHERE SETTING_NAME = 'WRITE_DELAY'")) {
      assertTrue(rows.next());
      assertEquals("0", rows.getString(1));
    }
  }

  @Test
  void leavesAnExternalDataSourceOpen() throws Exception {
    try (Database owner = Database.open(settings())) {
      Database.using(owner.dataSource()).close();
      try (Connection connection = owner.dataSource().getConnection()) {
        assertFalse(connection.isClosed());
      }
    }
  }

  @Test
  void preparesAnExternalDataSource() throws Exception {
    JdbcDataSource lent = new JdbcDataSource();
    lent.setURL("jdbc:h2:file:" + dir.resolve("lent"));
    lent.setUser("sa");
    try (Connection first = lent.getConnection(); // keeps the database open
        Database database = Database.using(lent);
        Statement statement = first.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT SETTING_VALUE, (SELECT COUNT(*) FROM broadcasty_store)"
                    + " FROM INFORMATION_SCHEMA.SETTINGS WHERE SETTING_NAME = 'WRITE_DELAY'")) {
      assertTrue(rows.next());
      assertEquals("0", rows.getString(1));
      assertEquals(Dialect.H2, database.dialect());
    }
  }

  @Test
  void refusesANewerSchema() throws Exception {
    try (Database database = Database.open(settings());
        Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO \"broadcasty_schema\" SELECT 99, '99', 'later', \"type\", 'V99__later.sql',"
              + " 1, \"installed_by\", \"installed_on\", 1, TRUE FROM \"broadcasty_schema\" WHERE"
              + " \"installed_rank\" = (SELECT MAX(\"installed_rank\") FROM"
              + " \"broadcasty_schema\")");
    }
    DatabaseException fault =
        assertThrows(DatabaseException.class, () -> Database.open(settings()).close());
    assertTrue(fault.reason().contains("version 99"), fault.reason());
  }

  @Test
  void saysWhyItCannotBeReached() {
    DatabaseException fault =
        assertThrows(
            DatabaseException.class,
            () ->
                Database.open(
                        new DatabaseSettings("jdbc:postgresql://127.0.0.1:1/x", "ann", "s3cret", 2))
                    .close());
    assertTrue(fault.reason().contains("refused"), fault.reason());
    assertFalse(fault.reason().contains("s3cret"));
  }

  @Test
  void refusesAUrlOfAnotherProduct() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Database.open(new DatabaseSettings("jdbc:oracle:thin:@x", "a", null, 2)));
  }

  @Test
  void showsNoSecret() {
    assertFalse(
        new DatabaseSettings("jdbc:h2:mem:x;PASSWORD=s3cret", "a", "s3cret", 2)
            .toString()
            .contains("s3cret"));
  }

  @Test
  void nodesOfOneMachineMayShareAnEmbeddedDatabase() {
    DatabaseSettings shared =
        new DatabaseSettings(
            "jdbc:h2:file:" + dir.resolve("shared") + ";AUTO_SERVER=TRUE", "sa", null, 2);
    try (Database one = Database.open(shared)) {
      assertEquals(Dialect.H2, one.dialect());
    }
  }
}
