package io.broadcasty.webhook.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.webhook.AttemptResult;
import io.broadcasty.webhook.WebhookAttempt;
import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEventType;
import io.broadcasty.webhook.WebhookMessage;
import io.broadcasty.webhook.WebhookOutbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Messages in {@code broadcasty_webhook_deliveries}, what came of each attempt in {@code
 * broadcasty_webhook_attempts}.
 */
@ThreadSafe
public final class JdbcWebhookOutbox implements WebhookOutbox {

  /** When finished messages are due, so that the index of what is due lists none of them. */
  private static final long NEVER = Long.MAX_VALUE;

  private static final int MAX_REASON = 500;
  private static final String TABLE = "broadcasty_webhook_deliveries";
  private static final String COLUMNS =
      "number, message_id, endpoint_id, type, channel, body, state, attempts, status, reason,"
          + " due_at, created_at, changed_at";
  private static final String SELECT = "SELECT " + COLUMNS + " FROM " + TABLE + " WHERE ";
  private static final String INSERT =
      "INSERT INTO "
          + TABLE
          + " (message_id, endpoint_id, tenant_id, type, channel, user_id, body, state, due_at,"
          + " attempts, status, created_at, changed_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, ?, ?)";
  private static final String CANCEL =
      "DELETE FROM "
          + TABLE
          + " WHERE endpoint_id = ? AND due_at > ? AND due_at <= ? AND state = 0 AND attempts = 0"
          + " AND type = ? AND channel = ?";
  private static final String RECORD =
      "UPDATE "
          + TABLE
          + " SET state = ?, due_at = ?, attempts = ?, status = ?, reason = ?, changed_at = ?"
          + " WHERE number = ? AND attempts = ?";
  private static final String ADD_ATTEMPT =
      "INSERT INTO broadcasty_webhook_attempts (delivery_number, attempt, attempted_at,"
          + " took_millis, status, reason, answer) VALUES (?, ?, ?, ?, ?, ?, ?)";
  private static final String RESEND =
      "UPDATE "
          + TABLE
          + " SET state = 0, due_at = ?, attempts = 0, changed_at = ? WHERE number = ?";

  private final WebhookDatabase database;
  private final WallClock clock;

  /**
   * @param database stays open
   * @param clock the same for all nodes
   */
  public JdbcWebhookOutbox(Database database, WallClock clock) {
    this.database = new WebhookDatabase(database);
    this.clock = clock;
  }

  @Override
  public void add(List<WebhookMessage> messages) {
    long now = clock.nowMillis();
    var unused =
        database.writeDurably(
            connection -> {
              try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                int waiting = 0;
                for (WebhookMessage each : messages) {
                  if (each.type().cancels() != null) {
                    if (waiting > 0) {
                      insert.executeBatch();
                      waiting = 0;
                    }
                    if (cancel(connection, each, now)) {
                      continue;
                    }
                  }
                  bind(insert, each);
                  insert.addBatch();
                  waiting++;
                }
                if (waiting > 0) {
                  insert.executeBatch();
                }
              }
              return messages;
            });
  }

  /** Removes the opposite message if it still waits; returns whether it did. */
  private static boolean cancel(Connection connection, WebhookMessage message, long nowMillis)
      throws SQLException {
    WebhookEventType opposite = Objects.requireNonNull(message.type().cancels());
    String user = UserKeys.of(message.user());
    return WebhookDatabase.update(
            connection,
            user == null ? CANCEL : CANCEL + " AND user_id = ?",
            delete -> {
              delete.setString(1, message.endpointId());
              delete.setLong(2, nowMillis);
              delete.setLong(3, nowMillis + opposite.delay().toMillis());
              delete.setString(4, opposite.wireName());
              delete.setString(5, message.channel());
              if (user != null) {
                delete.setString(6, user);
              }
            })
        > 0;
  }

  private static void bind(PreparedStatement insert, WebhookMessage message) throws SQLException {
    insert.setString(1, message.id());
    insert.setString(2, message.endpointId());
    insert.setString(3, message.tenant().value());
    insert.setString(4, message.type().wireName());
    insert.setString(5, message.channel());
    insert.setString(6, UserKeys.of(message.user()));
    insert.setBytes(7, message.body().getBytes(UTF_8));
    insert.setLong(8, message.dueAtMillis());
    insert.setLong(9, message.createdAtMillis());
    insert.setLong(10, message.createdAtMillis());
  }

  @Override
  public List<WebhookDelivery> due(String endpointId, int limit) {
    long now = clock.nowMillis();
    return database.select(
        SELECT + "endpoint_id = ? AND due_at <= ? ORDER BY due_at, number LIMIT ?",
        select -> {
          select.setString(1, endpointId);
          select.setLong(2, now);
          select.setInt(3, limit);
        },
        JdbcWebhookOutbox::delivery);
  }

  @Override
  public void record(List<AttemptResult> results) {
    long now = clock.nowMillis();
    var unused =
        database.write(
            connection -> {
              try (PreparedStatement update = connection.prepareStatement(RECORD);
                  PreparedStatement insert = connection.prepareStatement(ADD_ATTEMPT)) {
                for (AttemptResult each : results) {
                  bind(update, each, now);
                  update.addBatch();
                }
                int[] changed = update.executeBatch();
                int added = 0;
                for (int i = 0; i < changed.length; i++) {
                  if (changed[i] == 1 || changed[i] == Statement.SUCCESS_NO_INFO) {
                    bindAttempt(insert, results.get(i));
                    insert.addBatch();
                    added++;
                  }
                }
                if (added > 0) {
                  insert.executeBatch();
                }
                return added;
              }
            });
  }

  private static void bind(PreparedStatement update, AttemptResult result, long nowMillis)
      throws SQLException {
    boolean again = result.state() == WebhookDelivery.State.WAITING;
    update.setInt(1, result.state().ordinal());
    update.setLong(2, again ? result.nextAtMillis() : NEVER);
    update.setInt(3, result.attempt().attempt());
    update.setInt(4, result.attempt().status());
    update.setString(5, shortened(result.attempt().reason()));
    update.setLong(6, nowMillis);
    update.setLong(7, result.delivery().number());
    update.setInt(8, result.delivery().attempts());
  }

  private static void bindAttempt(PreparedStatement insert, AttemptResult result)
      throws SQLException {
    WebhookAttempt attempt = result.attempt();
    insert.setLong(1, result.delivery().number());
    insert.setInt(2, attempt.attempt());
    insert.setLong(3, attempt.atMillis());
    insert.setLong(4, attempt.tookMillis());
    insert.setInt(5, attempt.status());
    insert.setString(6, shortened(attempt.reason()));
    insert.setBytes(7, attempt.answer().isEmpty() ? null : attempt.answer().getBytes(UTF_8));
  }

  private static @Nullable String shortened(@Nullable String text) {
    return text == null || text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON);
  }

  @Override
  public List<WebhookDelivery> list(
      String endpointId, WebhookDelivery.@Nullable State state, long before, int limit) {
    return database.select(
        SELECT
            + "endpoint_id = ? AND number < ?"
            + (state == null ? "" : " AND state = " + state.ordinal())
            + " ORDER BY number DESC LIMIT ?",
        select -> {
          select.setString(1, endpointId);
          select.setLong(2, before);
          select.setInt(3, limit);
        },
        JdbcWebhookOutbox::delivery);
  }

  @Override
  public @Nullable WebhookDelivery find(String endpointId, String messageId) {
    return database
        .select(
            SELECT + "message_id = ? AND endpoint_id = ?",
            select -> {
              select.setString(1, messageId);
              select.setString(2, endpointId);
            },
            JdbcWebhookOutbox::delivery)
        .stream()
        .findFirst()
        .orElse(null);
  }

  @Override
  public List<WebhookAttempt> attempts(long number) {
    return database.select(
        "SELECT attempt, attempted_at, took_millis, status, reason, answer"
            + " FROM broadcasty_webhook_attempts WHERE delivery_number = ? ORDER BY number",
        select -> select.setLong(1, number),
        row -> {
          byte[] answer = row.getBytes(6);
          return new WebhookAttempt(
              row.getInt(1),
              row.getLong(2),
              row.getLong(3),
              row.getInt(4),
              row.getString(5),
              answer == null ? "" : new String(answer, UTF_8));
        });
  }

  @Override
  public boolean resend(String endpointId, String messageId) {
    WebhookDelivery found = find(endpointId, messageId);
    return found != null && resend(List.of(found.number())) == 1;
  }

  @Override
  public int resendSince(
      String endpointId, WebhookDelivery.@Nullable State state, long sinceMillis, int limit) {
    List<Long> numbers =
        database.select(
            "SELECT number FROM "
                + TABLE
                + " WHERE endpoint_id = ? AND created_at >= ? AND state "
                + (state == null ? "<> 0" : "= " + state.ordinal())
                + " ORDER BY number LIMIT ?",
            select -> {
              select.setString(1, endpointId);
              select.setLong(2, sinceMillis);
              select.setInt(3, limit);
            },
            row -> row.getLong(1));
    return resend(numbers);
  }

  private int resend(List<Long> numbers) {
    long now = clock.nowMillis();
    if (!numbers.isEmpty()) {
      var unused =
          database.writeDurably(
              connection -> {
                try (PreparedStatement update = connection.prepareStatement(RESEND)) {
                  for (long number : numbers) {
                    update.setLong(1, now);
                    update.setLong(2, now);
                    update.setLong(3, number);
                    update.addBatch();
                  }
                  return update.executeBatch();
                }
              });
    }
    return numbers.size();
  }

  @Override
  public List<WebhookDelivery> ofUser(TenantId tenant, String user, long after, int limit) {
    return database.select(
        SELECT + "tenant_id = ? AND user_id = ? AND number > ? ORDER BY number LIMIT ?",
        select -> {
          select.setString(1, tenant.value());
          select.setString(2, UserKeys.of(user));
          select.setLong(3, after);
          select.setInt(4, limit);
        },
        JdbcWebhookOutbox::delivery);
  }

  @Override
  public int deleteOfUser(TenantId tenant, String user) {
    return new DeliveriesDeletion(database)
        .ofUser(tenant.value(), String.valueOf(UserKeys.of(user)));
  }

  @Override
  public void prune(long beforeMillis) {
    var unused = new DeliveriesDeletion(database).before(beforeMillis);
  }

  private static WebhookDelivery delivery(ResultSet row) throws SQLException {
    return new WebhookDelivery(
        row.getLong("number"),
        row.getString("message_id"),
        row.getString("endpoint_id"),
        Objects.requireNonNull(WebhookEventType.fromWireName(row.getString("type"))),
        row.getString("channel"),
        new String(row.getBytes("body"), UTF_8),
        WebhookDelivery.State.values()[row.getInt("state")],
        row.getInt("attempts"),
        row.getInt("status"),
        row.getString("reason"),
        row.getLong("due_at"),
        row.getLong("created_at"),
        row.getLong("changed_at"));
  }
}
