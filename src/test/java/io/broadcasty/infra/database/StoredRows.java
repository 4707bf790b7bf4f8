package io.broadcasty.infra.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The rows that a test has stored in a database. */
public final class StoredRows {

  private StoredRows() {}

  /** Returns the names of all tables, each with its number of rows. */
  public static Set<String> of(Database database) {
    Set<String> counts = new TreeSet<>();
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      Set<String> tables = new TreeSet<>();
      try (ResultSet found =
          connection.getMetaData().getTables(connection.getCatalog(), null, "%", null)) {
        while (found.next()) {
          String name = found.getString("TABLE_NAME").toLowerCase(Locale.ROOT);
          boolean stored = name.startsWith("broadcasty_") && !name.equals("broadcasty_schema");
          if (stored && found.getString("TABLE_TYPE").endsWith("TABLE")) {
            tables.add(name);
          }
        }
      }
      for (String table : tables) {
        try (ResultSet count = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
          count.next();
          counts.add(table + " " + count.getLong(1));
        }
      }
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
    } catch (SQLException e) {
      throw new AssertionError("the rows cannot be counted", e);
    }
    return counts;
  }
}
