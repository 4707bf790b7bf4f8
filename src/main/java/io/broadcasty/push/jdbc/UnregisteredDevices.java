package io.broadcasty.push.jdbc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.infra.database.AuditLogTable;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.DeliveryResult;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Removes subscriptions whose devices are no longer registered, and records that in the audit log.
 */
final class UnregisteredDevices {

  static final String ACTION = "push.unregistered";

  private static final JsonFactory JSON = new JsonFactory();
  private static final String CONFIRMED_BEFORE =
      "SELECT user_id, service FROM broadcasty_user_push_subs"
          + " WHERE id = ? AND confirmed_at <= ? FOR UPDATE";

  private UnregisteredDevices() {}

  static void remove(
      Connection connection,
      ClaimedDispatch claimed,
      DeliveryResult.Unregistered result,
      long nowMillis)
      throws SQLException {
    String context;
    try (PreparedStatement select = connection.prepareStatement(CONFIRMED_BEFORE)) {
      select.setString(1, claimed.subscriptionId());
      select.setLong(2, result.sinceMillis());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return;
        }
        context =
            context(claimed.subscriptionId(), row.getString(1), row.getString(2), result.reason());
      }
    }
    JdbcPushSubscriptionStore.delete(connection, claimed.subscriptionId());
    AuditLogTable.append(
        connection, claimed.tenant().value(), ACTION, null, null, context, nowMillis);
  }

  private static String context(String subscription, String user, String service, String reason) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("subscription", subscription);
      json.writeStringField("user", user);
      json.writeStringField("service", service);
      json.writeStringField("reason", reason);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return text.toString();
  }
}
