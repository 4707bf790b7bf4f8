package io.broadcasty.admin.app.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.app.AppCredentials;
import io.broadcasty.admin.app.AppOptions;
import io.broadcasty.admin.app.AppStore;
import io.broadcasty.admin.app.AppStoreException;
import io.broadcasty.admin.app.StoredApp;
import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Apps in {@code broadcasty_apps}. */
@ThreadSafe
public final class JdbcAppStore implements AppStore {

  private static final String CHANGING =
      "name, app_key, secret_key_id, secret, previous_key, previous_secret, previous_until,"
          + " client_events, repeats_refused, max_data_bytes, subscription_counts, watchlists,"
          + " cache_ttl, replay, updated_at";
  private static final int CHANGING_COUNT = 15;
  private static final String SELECT =
      "SELECT app_id, tenant_id, created_at, revision, " + CHANGING + " FROM broadcasty_apps ";
  private static final String INSERT =
      "INSERT INTO broadcasty_apps ("
          + CHANGING
          + ", app_id, tenant_id, created_at, revision)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String UPDATE =
      "UPDATE broadcasty_apps SET "
          + CHANGING.replace(",", " = ?,")
          + " = ?, revision = revision + 1 WHERE app_id = ? AND revision = ?";
  private static final String VERSION =
      "SELECT COUNT(*), COALESCE(SUM(revision), 0), COALESCE(MAX(updated_at), 0),"
          + " COALESCE(MAX(created_at), 0), COALESCE(MAX(app_id), '') FROM broadcasty_apps";

  private final Transactions transactions;

  /**
   * @param database stays open
   */
  public JdbcAppStore(Database database) {
    this.transactions = new Transactions(database);
  }

  private interface Call<T> {
    T run() throws SQLException;
  }

  private static <T> T calling(Call<T> call) {
    try {
      return call.run();
    } catch (SQLException e) {
      throw new AppStoreException(e);
    }
  }

  @Override
  public @Nullable StoredApp find(String id) {
    List<StoredApp> found = select("WHERE app_id = ?", select -> select.setString(1, id));
    return found.isEmpty() ? null : found.get(0);
  }

  @Override
  public List<StoredApp> list(@Nullable TenantId tenant) {
    return tenant == null
        ? select("ORDER BY app_id", select -> {})
        : select(
            "WHERE tenant_id = ? ORDER BY app_id", select -> select.setString(1, tenant.value()));
  }

  @Override
  public String version() {
    return calling(
        () ->
            transactions.runAutoCommit(
                connection -> {
                  try (PreparedStatement select = connection.prepareStatement(VERSION);
                      ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getLong(1)
                        + " "
                        + row.getString(2)
                        + " "
                        + row.getLong(3)
                        + " "
                        + row.getLong(4)
                        + " "
                        + row.getString(5);
                  }
                }));
  }

  @Override
  public boolean insert(StoredApp app) {
    return calling(
        () ->
            transactions.writeDurably(
                1,
                connection -> {
                  if (isTaken(connection, app)) {
                    return false;
                  }
                  try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                    bindChanging(insert, app);
                    insert.setString(CHANGING_COUNT + 1, app.id());
                    insert.setString(CHANGING_COUNT + 2, app.tenant().value());
                    insert.setLong(CHANGING_COUNT + 3, app.createdAtMillis());
                    insert.setLong(CHANGING_COUNT + 4, app.revision());
                    return insert.executeUpdate() == 1;
                  }
                }));
  }

  private static boolean isTaken(Connection connection, StoredApp app) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT 1 FROM broadcasty_apps WHERE app_id = ? OR app_key = ?")) {
      select.setString(1, app.id());
      select.setString(2, app.credentials().key());
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  @Override
  public @Nullable StoredApp replace(StoredApp changed) {
    boolean stored =
        calling(
            () ->
                transactions.writeDurably(
                    1,
                    connection -> {
                      try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
                        bindChanging(update, changed);
                        update.setString(CHANGING_COUNT + 1, changed.id());
                        update.setLong(CHANGING_COUNT + 2, changed.revision());
                        return update.executeUpdate() == 1;
                      }
                    }));
    return stored ? find(changed.id()) : null;
  }

  @Override
  public boolean delete(String id) {
    return calling(
        () ->
            transactions.writeDurably(
                1,
                connection -> {
                  try (PreparedStatement delete =
                      connection.prepareStatement("DELETE FROM broadcasty_apps WHERE app_id = ?")) {
                    delete.setString(1, id);
                    return delete.executeUpdate() == 1;
                  }
                }));
  }

  private static void bindChanging(PreparedStatement statement, StoredApp app) throws SQLException {
    AppCredentials credentials = app.credentials();
    AppOptions options = app.options();
    statement.setString(1, options.name());
    statement.setString(2, credentials.key());
    statement.setString(3, credentials.masterKeyId());
    statement.setString(4, credentials.secret());
    statement.setString(5, credentials.previousKey());
    statement.setString(6, credentials.previousSecret());
    statement.setLong(7, credentials.previousUntilMillis());
    statement.setInt(8, options.clientEvents() ? 1 : 0);
    statement.setInt(9, options.repeatsRefused() ? 1 : 0);
    statement.setInt(10, options.maxDataBytes());
    statement.setInt(11, options.features().subscriptionCounts() ? 1 : 0);
    statement.setInt(12, options.features().watchlists() ? 1 : 0);
    statement.setLong(13, options.features().cacheTtl().toMillis());
    statement.setLong(14, options.features().replay().toMillis());
    statement.setLong(CHANGING_COUNT, app.updatedAtMillis());
  }

  private interface Binding {
    void bind(PreparedStatement select) throws SQLException;
  }

  private List<StoredApp> select(String condition, Binding binding) {
    return calling(
        () ->
            transactions.runAutoCommit(
                connection -> {
                  List<StoredApp> apps = new ArrayList<>();
                  try (PreparedStatement select = connection.prepareStatement(SELECT + condition)) {
                    binding.bind(select);
                    try (ResultSet row = select.executeQuery()) {
                      while (row.next()) {
                        apps.add(app(row));
                      }
                    }
                  }
                  return apps;
                }));
  }

  private static StoredApp app(ResultSet row) throws SQLException {
    return new StoredApp(
        row.getString("app_id"),
        new TenantId(row.getString("tenant_id")),
        new AppOptions(
            row.getString("name"),
            row.getInt("client_events") != 0,
            row.getInt("repeats_refused") != 0,
            row.getInt("max_data_bytes"),
            new AppFeatures(
                row.getInt("subscription_counts") != 0,
                row.getInt("watchlists") != 0,
                Duration.ofMillis(row.getLong("cache_ttl")),
                Duration.ofMillis(row.getLong("replay")))),
        new AppCredentials(
            row.getString("app_key"),
            row.getString("secret_key_id"),
            row.getString("secret"),
            row.getString("previous_key"),
            row.getString("previous_secret"),
            row.getLong("previous_until")),
        row.getLong("created_at"),
        row.getLong("updated_at"),
        row.getLong("revision"));
  }
}
