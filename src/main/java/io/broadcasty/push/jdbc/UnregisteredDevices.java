package io.broadcasty.push.jdbc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.infra.database.AuditRow;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.DeliveryResult;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

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

  /**
   * Removes a subscription, unless it was confirmed since.
   *
   * @return the entry for the audit log; null when the subscription stays
   */
  static @Nullable AuditRow remove(
      Connection connection,
      ClaimedDispatch claimed,
      DeliveryResult.Unregistered result,
      long nowMillis)
      throws SQLException {
    String context;
    String user;
    try (PreparedStatement select = connection.prepareStatement(CONFIRMED_BEFORE)) {
      select.setString(1, claimed.subscriptionId());
      select.setLong(2, result.sinceMillis());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        user = row.getString(1);
        context = context(claimed.subscriptionId(), row.getString(2), result.reason());
      }
    }
    JdbcPushSubscriptionStore.delete(connection, claimed.subscriptionId());
    return new AuditRow(
        claimed.tenant().value(),
        ACTION,
        "done",
        null,
        null,
        null,
        "user:" + user,
        context,
        null,
        nowMillis);
  }

  private static String context(String subscription, String service, String reason) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("subscription", subscription);
      json.writeStringField("service", service);
      json.writeStringField("reason", reason);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return text.toString();
  }
}
