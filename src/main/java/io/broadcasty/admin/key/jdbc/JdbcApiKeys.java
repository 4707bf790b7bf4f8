package io.broadcasty.admin.key.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.ApiKeySource;
import io.broadcasty.admin.key.KeyStoreException;
import io.broadcasty.admin.key.ScopesText;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys in {@code broadcasty_api_keys}. It reads by SQL, since a node that starts must not wait
 * for a persistence provider.
 */
@ThreadSafe
public final class JdbcApiKeys implements ApiKeySource {

  private static final String ALL =
      "SELECT key_id, tenant_id, name, scopes, secret_key_id, secret, previous_secret,"
          + " previous_until, expires_at, last_used_at, created_at, updated_at, revision"
          + " FROM broadcasty_api_keys WHERE state = 'active'"
          + " AND (expires_at = 0 OR expires_at > ?)";
  private static final String ONE = ALL + " AND key_id = ?";
  private static final String USED =
      "UPDATE broadcasty_api_keys SET last_used_at = ? WHERE key_id = ? AND last_used_at < ?";
  private static final String PRUNE =
      "DELETE FROM broadcasty_api_keys WHERE (state = 'revoked' AND updated_at < ?)"
          + " OR (expires_at <> 0 AND expires_at < ?)";
  private static final int FETCH_SIZE = 1000;

  private final Transactions transactions;
  private final Transactions scans;
  private final WallClock clock;

  /**
   * @param database stays open
   * @param clock says which keys have expired
   */
  public JdbcApiKeys(Database database, WallClock clock) {
    this.clock = clock;
    this.transactions = new Transactions(database);
    this.scans = Transactions.ofUpkeep(database);
  }

  @Override
  public @Nullable ApiKey load(String id) {
    try {
      List<ApiKey> found =
          transactions.runAutoCommit(
              connection -> {
                try (PreparedStatement select = connection.prepareStatement(ONE)) {
                  select.setLong(1, clock.nowMillis());
                  select.setString(2, id);
                  return read(select);
                }
              });
      return found.isEmpty() ? null : found.get(0);
    } catch (SQLException e) {
      throw new KeyStoreException("an API key cannot be read", e);
    }
  }

  @Override
  public List<ApiKey> loadAll() {
    try {
      return scans.runAutoCommit(
          connection -> {
            try (PreparedStatement select = connection.prepareStatement(ALL)) {
              select.setLong(1, clock.nowMillis());
              select.setFetchSize(FETCH_SIZE);
              return read(select);
            }
          });
    } catch (SQLException e) {
      throw new KeyStoreException("the API keys cannot be read", e);
    }
  }

  @Override
  public void storeUses(Map<String, Long> lastUsedMillis) {
    try {
      int changed =
          scans.runAutoCommit(
              connection -> {
                int rows = 0;
                try (PreparedStatement update = connection.prepareStatement(USED)) {
                  for (Map.Entry<String, Long> each : lastUsedMillis.entrySet()) {
                    update.setLong(1, each.getValue());
                    update.setString(2, each.getKey());
                    update.setLong(3, each.getValue());
                    rows += update.executeUpdate();
                  }
                }
                return rows;
              });
      assert changed <= lastUsedMillis.size();
    } catch (SQLException e) {
      throw new KeyStoreException("the uses of API keys cannot be stored", e);
    }
  }

  @Override
  public int prune(long beforeMillis) {
    try {
      return scans.runAutoCommit(
          connection -> {
            try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
              delete.setLong(1, beforeMillis);
              delete.setLong(2, beforeMillis);
              return delete.executeUpdate();
            }
          });
    } catch (SQLException e) {
      throw new KeyStoreException("old API keys cannot be deleted", e);
    }
  }

  private static List<ApiKey> read(PreparedStatement select) throws SQLException {
    List<ApiKey> keys = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        keys.add(
            new ApiKey(
                row.getString(1),
                new TenantId(row.getString(2)),
                row.getString(3),
                ScopesText.read(row.getString(4)),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getLong(8),
                false,
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getLong(13)));
      }
    }
    return keys;
  }
}
