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

  int ofUser(String tenant, String user) {
    return deleteAll(
        NUMBERS + "tenant_id = ? AND user_id = ?" + LIMIT,
        select -> {
          select.setString(1, tenant);
          select.setString(2, user);
        });
  }

  int ofEndpoint(String id) {
    return deleteAll(
        NUMBERS + "endpoint_id = ? ORDER BY number" + LIMIT, select -> select.setString(1, id));
  }

  int before(long millis) {
    return deleteAll(
        NUMBERS + "created_at < ? ORDER BY created_at" + LIMIT,
        select -> select.setLong(1, millis));
  }

  private int deleteAll(String sql, WebhookDatabase.Binding binding) {
    int all = 0;
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
      all += deleted;
    } while (deleted == BATCH);
    return all;
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
