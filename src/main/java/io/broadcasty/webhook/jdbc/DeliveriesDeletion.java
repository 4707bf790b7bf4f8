package io.broadcasty.webhook.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Deletes deliveries with their attempts, a limited number in each transaction. */
@ThreadSafe
final class DeliveriesDeletion {

  private static final int BATCH = 500;
  private static final String NUMBERS = "SELECT number FROM broadcasty_webhook_deliveries WHERE ";
  private static final String LIMIT = " LIMIT " + BATCH;

  private final WebhookDatabase database;

  DeliveriesDeletion(WebhookDatabase database) {
    this.database = database;
  }

  void ofEndpoint(String id) {
    deleteAll(
        NUMBERS + "endpoint_id = ? ORDER BY number" + LIMIT, select -> select.setString(1, id));
  }

  void before(long millis) {
    deleteAll(
        NUMBERS + "created_at < ? ORDER BY created_at" + LIMIT,
        select -> select.setLong(1, millis));
  }

  private void deleteAll(String sql, WebhookDatabase.Binding binding) {
    int deleted;
    do {
      deleted =
          database.write(
              connection -> {
                List<Long> numbers =
                    WebhookDatabase.select(connection, sql, binding, row -> row.getLong(1));
                delete(connection, "broadcasty_webhook_attempts WHERE delivery_number", numbers);
                delete(connection, "broadcasty_webhook_deliveries WHERE number", numbers);
                return numbers.size();
              });
    } while (deleted == BATCH);
  }

  private static void delete(Connection connection, String what, List<Long> numbers)
      throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM " + what + " = ?")) {
      for (long number : numbers) {
        delete.setLong(1, number);
        delete.addBatch();
      }
      delete.executeBatch();
    }
  }
}
