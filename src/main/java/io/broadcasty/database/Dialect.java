package io.broadcasty.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;

/** What differs from one database product to another. */
public enum Dialect {
  /** The embedded default. */
  H2("org.h2.Driver", "BLOB", ""),
  POSTGRESQL("org.postgresql.Driver", "BYTEA", ""),
  MYSQL(
      "org.mariadb.jdbc.Driver",
      "LONGBLOB",
      " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
  MARIADB(
      "org.mariadb.jdbc.Driver",
      "LONGBLOB",
      " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");

  private final String driver;
  private final String bytesType;
  private final String tableOptions;

  Dialect(String driver, String bytesType, String tableOptions) {
    this.driver = driver;
    this.bytesType = bytesType;
    this.tableOptions = tableOptions;
  }

  /**
   * Reads the product's name off a connection.
   *
   * @throws SQLException when it cannot be read, or is none of these
   */
  static Dialect of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    for (Dialect dialect : values()) {
      if (dialect.name().equalsIgnoreCase(product)) {
        return dialect;
      }
    }
    throw new SQLException("no supported database: " + product);
  }

  /**
   * The driver for a URL.
   *
   * @throws IllegalArgumentException when the URL names no supported database
   */
  static String driverFor(String url) {
    for (Dialect dialect : values()) {
      if (url.startsWith("jdbc:" + dialect.name().toLowerCase(Locale.ROOT) + ":")) {
        return dialect.driver;
      }
    }
    throw new IllegalArgumentException(
        "the JDBC URL must begin with jdbc:h2:, jdbc:postgresql:, jdbc:mysql: or jdbc:mariadb:");
  }

  /** The URL as the driver wants it: MariaDB's takes MySQL's when it is told that this is meant. */
  static String forDriver(String url) {
    return url.startsWith("jdbc:mysql:") && !url.contains("permitMysqlScheme")
        ? url + (url.contains("?") ? "&" : "?") + "permitMysqlScheme"
        : url;
  }

  Map<String, String> placeholders() {
    return Map.of(
        "bytes", bytesType,
        "collate", this == POSTGRESQL ? " COLLATE \"C\"" : "",
        "table_options", tableOptions);
  }

  /**
   * Prepares the database after it was opened. For H2: every commit is written by the thread that
   * commits (with a delay, a background thread may take the changes and write them later, while a
   * checkpoint finds nothing to do); freed room is used again after 5 s; values up to 64 KiB lie in
   * their row.
   */
  void prepare(Connection connection) throws SQLException {
    if (this == H2) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET WRITE_DELAY 0");
        statement.execute("SET RETENTION_TIME 5000");
        statement.execute("SET MAX_LENGTH_INPLACE_LOB 65536");
      }
    }
  }

  /**
   * Makes what has been committed safe. Only H2 needs it: its commit writes to the file, and {@code
   * CHECKPOINT SYNC} adds the fsync; the others sync inside of their commit. Called outside of a
   * transaction.
   */
  public void force(Connection connection) throws SQLException {
    if (this == H2) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("CHECKPOINT SYNC");
      }
    }
  }

  /**
   * How many keys to ask for in one statement: many where a statement is a round trip; one with H2,
   * which lives in this process, and reads a whole range of the index when {@code IN} stands on the
   * last of its columns.
   */
  public int keysAtOnce() {
    return this == H2 ? 1 : 50;
  }

  /** What an acknowledged commit outlives, in a sentence. */
  public String durability() {
    return this == H2
        ? "H2: written to the file and fsynced before it is acknowledged; outlives the death of the"
            + " process (kill -9), and a power loss as far as the disk keeps what was fsynced and H2"
            + " can reopen the file, which H2 does not guarantee"
        : name()
            + ": committed before it is acknowledged; as durable as the server's settings make it";
  }
}
