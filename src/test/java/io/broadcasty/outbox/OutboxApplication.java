package io.broadcasty.outbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/** An application with an outbox table, which publishes by the SQL that the scripts describe. */
public final class OutboxApplication {

  private static final Path SCRIPTS = Path.of("sdk/cdi/src/main/resources/io/broadcasty/outbox");

  /** The database of the application. */
  public record Address(String url, String user, String password) {}

  private final Address address;
  private final String dialect;

  /** Creates the tables in an empty database, twice, as an update does. */
  public OutboxApplication(Address address) throws SQLException, IOException {
    this.address = address;
    String scheme = address.url().split(":", 3)[1];
    this.dialect = scheme.equals("mariadb") ? "mysql" : scheme;
    String script = Files.readString(SCRIPTS.resolve(dialect).resolve("R__broadcasty_outbox.sql"));
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 2; i++) {
        if (dialect.equals("postgresql")) {
          statement.execute(script);
        } else {
          for (String each : script.replaceAll("(?m)--.*$", "").split(";", -1)) {
            if (!each.isBlank()) {
              statement.execute(each);
            }
          }
        }
      }
    }
  }

  /** Returns the dialect, as the folder of its script is called. */
  public String dialect() {
    return dialect.toLowerCase(Locale.ROOT);
  }

  /** Opens a connection. */
  public Connection open() throws SQLException {
    return DriverManager.getConnection(address.url(), address.user(), address.password());
  }

  /** Writes a row in the transaction of the connection. */
  public void publish(Connection connection, String channel, String payload) throws SQLException {
    switch (dialect) {
      case "postgresql" -> execute(connection, "SELECT broadcasty_publish(?, ?)", channel, payload);
      case "mysql" -> {
        execute(
            connection,
            "INSERT INTO broadcasty_outbox_channels (channel) VALUES (?)"
                + " ON DUPLICATE KEY UPDATE channel = channel",
            channel);
        insert(connection, channel, payload);
      }
      default -> {
        execute(
            connection,
            "MERGE INTO broadcasty_outbox_channels (channel) KEY (channel) VALUES (?)",
            channel);
        insert(connection, channel, payload);
      }
    }
  }

  /** Writes a row in a transaction of its own. */
  public void publish(String channel, String payload) throws SQLException {
    try (Connection connection = open()) {
      connection.setAutoCommit(false);
      publish(connection, channel, payload);
      connection.commit();
    }
  }

  private static void insert(Connection connection, String channel, String payload)
      throws SQLException {
    execute(
        connection,
        "INSERT INTO broadcasty_outbox (channel, payload) VALUES (?, ?)",
        channel,
        payload);
  }

  private static void execute(Connection connection, String sql, String... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      statement.execute();
    }
  }
}
