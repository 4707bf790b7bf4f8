package io.broadcasty.webhook.jdbc;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.webhook.EndpointOptions;
import io.broadcasty.webhook.EndpointSecrets;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookEventType;
import io.broadcasty.webhook.WebhookFormat;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The columns of an endpoint, except those of its lease. */
final class EndpointColumns {

  /** Those that change. */
  private static final String CHANGING =
      "url, description, format, app_id, events, channels, secret_key_id, secret, previous_secret,"
          + " previous_until, rate_limit, state, failing_since, updated_at";

  static final String ALL = "endpoint_id, tenant_id, configured, created_at, revision, " + CHANGING;

  static final String INSERT =
      "INSERT INTO broadcasty_webhooks (endpoint_id, tenant_id, configured, created_at, revision,"
          + " lease_until, "
          + CHANGING
          + ") VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  static final String UPDATE =
      "UPDATE broadcasty_webhooks SET "
          + CHANGING.replace(",", " = ?,")
          + " = ?, revision = revision + 1 WHERE endpoint_id = ? AND revision = ?";

  /** How many parameters {@link #bindChanging} sets. */
  private static final int CHANGING_COUNT = 14;

  private EndpointColumns() {}

  static void bindInsert(PreparedStatement insert, WebhookEndpoint endpoint) throws SQLException {
    insert.setString(1, endpoint.id());
    insert.setString(2, endpoint.tenant().value());
    insert.setInt(3, endpoint.configured() ? 1 : 0);
    insert.setLong(4, endpoint.createdAtMillis());
    insert.setLong(5, endpoint.revision());
    bindChanging(insert, 6, endpoint);
  }

  static void bindUpdate(PreparedStatement update, WebhookEndpoint endpoint) throws SQLException {
    bindChanging(update, 1, endpoint);
    update.setString(CHANGING_COUNT + 1, endpoint.id());
    update.setLong(CHANGING_COUNT + 2, endpoint.revision());
  }

  private static void bindChanging(PreparedStatement statement, int first, WebhookEndpoint endpoint)
      throws SQLException {
    EndpointOptions options = endpoint.options();
    EndpointSecrets secrets = endpoint.secrets();
    int at = first;
    statement.setString(at++, options.url());
    statement.setString(at++, options.description());
    statement.setString(at++, options.format().wireName());
    statement.setString(at++, options.app());
    statement.setString(at++, eventsText(options.events()));
    statement.setString(at++, options.channels());
    statement.setString(at++, secrets.keyId());
    statement.setString(at++, secrets.secret());
    statement.setString(at++, secrets.previous());
    statement.setLong(at++, secrets.previousUntilMillis());
    statement.setInt(at++, options.ratePerSecond());
    statement.setString(at++, endpoint.state().wireName());
    statement.setLong(at++, endpoint.failingSinceMillis());
    statement.setLong(at, endpoint.updatedAtMillis());
  }

  static WebhookEndpoint read(ResultSet row) throws SQLException {
    return new WebhookEndpoint(
        row.getString("endpoint_id"),
        new TenantId(row.getString("tenant_id")),
        new EndpointOptions(
            row.getString("url"),
            row.getString("description"),
            Objects.requireNonNull(WebhookFormat.fromWireName(row.getString("format"))),
            row.getString("app_id"),
            events(row.getString("events")),
            row.getString("channels"),
            row.getInt("rate_limit")),
        new EndpointSecrets(
            row.getString("secret_key_id"),
            row.getString("secret"),
            row.getString("previous_secret"),
            row.getLong("previous_until")),
        Objects.requireNonNull(WebhookEndpoint.State.fromWireName(row.getString("state"))),
        row.getInt("configured") != 0,
        row.getLong("failing_since"),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        row.getLong("revision"));
  }

  private static String eventsText(Set<WebhookEventType> events) {
    return events.stream().map(WebhookEventType::wireName).collect(Collectors.joining(" "));
  }

  private static Set<WebhookEventType> events(String text) {
    EnumSet<WebhookEventType> events = EnumSet.noneOf(WebhookEventType.class);
    for (String name : text.split(" ", -1)) {
      WebhookEventType type = WebhookEventType.fromWireName(name);
      if (type != null) { // a newer version may know more
        events.add(type);
      }
    }
    return events;
  }
}
