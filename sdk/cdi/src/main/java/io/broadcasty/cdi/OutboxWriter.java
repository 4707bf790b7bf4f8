package io.broadcasty.cdi;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes publications to the outbox table of the application's database. A lock of each channel is
 * held until the end of the transaction, so that the ids of a channel are in the order of the
 * commits.
 */
final class OutboxWriter {

  private static final String INSERT =
      "INSERT INTO broadcasty_outbox"
          + " (channel, payload, event, partition_key, headers, message_id)"
          + " VALUES (?, ?, ?, ?, ?, ?)";

  private final Function<Map<String, String>, byte[]> headerJson;

  OutboxWriter(Function<Map<String, String>, byte[]> headerJson) {
    this.headerJson = headerJson;
  }

  /**
   * Writes publications in the transaction of the connection: those of a channel in their order,
   * and channels in the order of their names, so that two transactions do not wait for each other.
   *
   * @throws PublishException if the table cannot be written; the transaction cannot be committed
   */
  void write(Connection connection, List<Outgoing> publications) {
    List<Outgoing> sorted = new ArrayList<>(publications);
    sorted.sort(Comparator.comparing(Outgoing::channel)); // stable
    try {
      switch (product(connection)) {
        case "postgresql" ->
            insert(connection, "SELECT broadcasty_publish(?, ?, ?, ?, ?, ?)", sorted);
        case "mysql", "mariadb" -> {
          lock(
              connection,
              "INSERT INTO broadcasty_outbox_channels (channel) VALUES (?)"
                  + " ON DUPLICATE KEY UPDATE channel = channel",
              sorted);
          insert(connection, INSERT, sorted);
        }
        case "h2" -> {
          lock(
              connection,
              "MERGE INTO broadcasty_outbox_channels (channel) KEY (channel) VALUES (?)",
              sorted);
          insert(connection, INSERT, sorted);
        }
        default ->
            throw new PublishException(
                PublishException.NOT_CONFIGURED,
                "an outbox may be in PostgreSQL, MySQL, MariaDB or H2; the data source leads to "
                    + product(connection));
      }
    } catch (SQLException e) {
      throw new PublishException(
          PublishException.OUTBOX,
          "the outbox cannot be written (its tables: docs/howto/outbox.md): " + e.getMessage(),
          e);
    }
  }

  private static String product(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
  }

  private static void lock(Connection connection, String sql, List<Outgoing> sorted)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      String locked = null;
      for (Outgoing each : sorted) {
        if (!each.channel().equals(locked)) {
          locked = each.channel();
          statement.setString(1, locked);
          statement.executeUpdate();
        }
      }
    }
  }

  private void insert(Connection connection, String sql, List<Outgoing> sorted)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Outgoing each : sorted) {
        PublishOptions options = each.options();
        statement.setString(1, each.channel());
        statement.setString(2, new String(each.json(), StandardCharsets.UTF_8));
        statement.setString(3, options.event());
        statement.setString(4, options.partitionKey());
        statement.setString(
            5,
            options.headers().isEmpty()
                ? null
                : new String(headerJson.apply(options.headers()), StandardCharsets.UTF_8));
        statement.setString(6, options.id());
        statement.execute();
      }
    }
  }
}
