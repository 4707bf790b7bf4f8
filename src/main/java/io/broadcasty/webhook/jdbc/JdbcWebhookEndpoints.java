package io.broadcasty.webhook.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.webhook.EndpointSecrets;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookEndpoints;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Endpoints in {@code broadcasty_webhooks}; a lease is part of the endpoint's row. */
@ThreadSafe
public final class JdbcWebhookEndpoints implements WebhookEndpoints {

  private static final String TABLE = " FROM broadcasty_webhooks ";
  private static final String SELECT = "SELECT " + EndpointColumns.ALL + TABLE;
  private static final String ACTIVE = "state = 'active'";
  private static final String DUE =
      "SELECT endpoint_id FROM broadcasty_webhooks w WHERE w."
          + ACTIVE
          + " AND w.lease_until <= ? AND EXISTS (SELECT 1 FROM broadcasty_webhook_deliveries d"
          + " WHERE d.endpoint_id = w.endpoint_id AND d.due_at <= ?) LIMIT ?";
  private static final String CLAIM =
      "UPDATE broadcasty_webhooks SET owner = ?, lease_until = ? WHERE endpoint_id = ? AND "
          + ACTIVE
          + " AND lease_until <= ?";
  private static final String HELD = "WHERE owner = ? AND lease_until > ?";
  private static final String RENEW = "UPDATE broadcasty_webhooks SET lease_until = ? " + HELD;
  private static final String RELEASE =
      "UPDATE broadcasty_webhooks SET lease_until = 0 WHERE endpoint_id = ? AND owner = ?";
  private static final String FAILING =
      "UPDATE broadcasty_webhooks SET failing_since = ? WHERE endpoint_id = ?";
  private static final String DISABLE =
      "UPDATE broadcasty_webhooks SET state = 'disabled', updated_at = ?, revision = revision + 1"
          + " WHERE endpoint_id = ? AND "
          + ACTIVE;

  private final WebhookDatabase database;
  private final WallClock clock;

  /**
   * @param database stays open
   * @param clock the same for all nodes
   */
  public JdbcWebhookEndpoints(Database database, WallClock clock) {
    this.database = new WebhookDatabase(database);
    this.clock = clock;
  }

  @Override
  public @Nullable WebhookEndpoint find(String id) {
    return database.read(connection -> find(connection, id)).stream().findFirst().orElse(null);
  }

  private static List<WebhookEndpoint> find(Connection connection, String id) throws SQLException {
    return WebhookDatabase.select(
        connection,
        SELECT + "WHERE endpoint_id = ?",
        select -> select.setString(1, id),
        EndpointColumns::read);
  }

  @Override
  public List<WebhookEndpoint> list(TenantId tenant, String after, int limit) {
    return database.select(
        SELECT + "WHERE tenant_id = ? AND endpoint_id > ? ORDER BY endpoint_id LIMIT ?",
        select -> {
          select.setString(1, tenant.value());
          select.setString(2, after);
          select.setInt(3, limit);
        },
        EndpointColumns::read);
  }

  @Override
  public List<WebhookEndpoint> active(TenantId tenant) {
    return database.select(
        SELECT + "WHERE tenant_id = ? AND " + ACTIVE + " ORDER BY endpoint_id",
        select -> select.setString(1, tenant.value()),
        EndpointColumns::read);
  }

  @Override
  public int count(TenantId tenant) {
    return database
        .select(
            "SELECT COUNT(*)" + TABLE + "WHERE tenant_id = ?",
            select -> select.setString(1, tenant.value()),
            row -> row.getInt(1))
        .get(0);
  }

  @Override
  public void insert(WebhookEndpoint endpoint) {
    var unused = database.writeDurably(connection -> insert(connection, endpoint));
  }

  private static int insert(Connection connection, WebhookEndpoint endpoint) throws SQLException {
    return WebhookDatabase.update(
        connection, EndpointColumns.INSERT, insert -> EndpointColumns.bindInsert(insert, endpoint));
  }

  @Override
  public @Nullable WebhookEndpoint replace(WebhookEndpoint changed) {
    return database
        .writeDurably(
            connection ->
                update(connection, changed)
                    ? find(connection, changed.id())
                    : List.<WebhookEndpoint>of())
        .stream()
        .findFirst()
        .orElse(null);
  }

  private static boolean update(Connection connection, WebhookEndpoint changed)
      throws SQLException {
    return WebhookDatabase.update(
            connection,
            EndpointColumns.UPDATE,
            update -> EndpointColumns.bindUpdate(update, changed))
        == 1;
  }

  @Override
  public boolean delete(String id) {
    boolean found =
        database.writeDurably(
                connection ->
                    WebhookDatabase.update(
                        connection,
                        "DELETE" + TABLE + "WHERE endpoint_id = ?",
                        delete -> delete.setString(1, id)))
            == 1;
    var unused = new DeliveriesDeletion(database).ofEndpoint(id);
    return found;
  }

  @Override
  public List<WebhookEndpoint> encryptedByOthers(String keyId) {
    return database.select(
        SELECT + "WHERE secret <> '' AND secret_key_id <> ? ORDER BY endpoint_id",
        select -> select.setString(1, keyId),
        EndpointColumns::read);
  }

  @Override
  public void configure(List<WebhookEndpoint> configured) {
    List<WebhookEndpoint> stored =
        database.select(
            SELECT + "WHERE configured = 1 ORDER BY endpoint_id",
            select -> {},
            EndpointColumns::read);
    Set<String> wanted = new HashSet<>();
    for (WebhookEndpoint each : configured) {
      wanted.add(each.id());
      configure(each);
    }
    for (WebhookEndpoint each : stored) {
      if (!wanted.contains(each.id())) {
        var unused = delete(each.id());
      }
    }
  }

  private void configure(WebhookEndpoint endpoint) {
    var unused =
        database.writeDurably(
            connection -> {
              List<WebhookEndpoint> found = find(connection, endpoint.id());
              if (found.isEmpty()) {
                return insert(connection, endpoint) == 1;
              }
              WebhookEndpoint before = found.get(0);
              boolean same =
                  before.options().equals(endpoint.options())
                      && before.tenant().equals(endpoint.tenant());
              if (same) {
                return false;
              }
              if (!before.tenant().equals(endpoint.tenant())) {
                WebhookDatabase.update(
                    connection,
                    "DELETE" + TABLE + "WHERE endpoint_id = ?",
                    delete -> delete.setString(1, endpoint.id()));
                return insert(connection, endpoint) == 1;
              }
              return update(
                  connection,
                  before.with(
                      endpoint.options(),
                      EndpointSecrets.NONE,
                      WebhookEndpoint.State.ACTIVE,
                      endpoint.updatedAtMillis()));
            });
  }

  @Override
  public List<WebhookEndpoint> claim(String owner, Duration lease, int max) {
    long now = clock.nowMillis();
    return database.read(
        connection -> {
          List<String> ids =
              WebhookDatabase.select(
                  connection,
                  DUE,
                  select -> {
                    select.setLong(1, now);
                    select.setLong(2, now);
                    select.setInt(3, max);
                  },
                  row -> row.getString(1));
          List<WebhookEndpoint> claimed = new ArrayList<>();
          for (String id : ids) {
            boolean taken =
                WebhookDatabase.update(
                        connection,
                        CLAIM,
                        update -> {
                          update.setString(1, owner);
                          update.setLong(2, now + lease.toMillis());
                          update.setString(3, id);
                          update.setLong(4, now);
                        })
                    == 1;
            if (taken) {
              claimed.addAll(find(connection, id));
            }
          }
          return claimed;
        });
  }

  @Override
  public List<WebhookEndpoint> renew(String owner, Duration lease) {
    long now = clock.nowMillis();
    return database.read(
        connection -> {
          WebhookDatabase.update(
              connection,
              RENEW,
              update -> {
                update.setLong(1, now + lease.toMillis());
                update.setString(2, owner);
                update.setLong(3, now);
              });
          return WebhookDatabase.select(
              connection,
              SELECT + HELD,
              select -> {
                select.setString(1, owner);
                select.setLong(2, now);
              },
              EndpointColumns::read);
        });
  }

  @Override
  public void release(String owner, Collection<String> ids) {
    var unused =
        database.read(
            connection -> {
              try (PreparedStatement update = connection.prepareStatement(RELEASE)) {
                for (String id : ids) {
                  update.setString(1, id);
                  update.setString(2, owner);
                  update.addBatch();
                }
                return update.executeBatch();
              }
            });
  }

  @Override
  public void setFailing(String id, long sinceMillis) {
    var unused =
        database.update(
            FAILING,
            update -> {
              update.setLong(1, sinceMillis);
              update.setString(2, id);
            });
  }

  @Override
  public boolean disable(String id) {
    long now = clock.nowMillis();
    return database.update(
            DISABLE,
            update -> {
              update.setLong(1, now);
              update.setString(2, id);
            })
        == 1;
  }
}
