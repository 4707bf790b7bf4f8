package io.broadcasty.admin.tenant.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.tenant.SettingsText;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingKeys;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import io.broadcasty.core.tenant.TenantSettingsException;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.tenant.TenantSettingsSource;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the tenants in {@code broadcasty_tenants}. It reads by SQL, since a node that
 * starts must not wait for a persistence provider.
 *
 * <p>A setting that this node does not know or cannot read, as one of a later release, is left out
 * and logged; the tenant's others apply. A tenant whose state cannot be read is suspended.
 */
@ThreadSafe
public final class JdbcTenantSettings implements TenantSettingsSource {

  private static final System.Logger LOG = System.getLogger(JdbcTenantSettings.class.getName());
  private static final String ALL = "SELECT tenant_id, state, settings FROM broadcasty_tenants";
  private static final String ONE = ALL + " WHERE tenant_id = ?";
  private static final int FETCH_SIZE = 1000;

  private final Transactions transactions;
  private final Transactions scans;
  private final TenantSettingKeys keys;

  /**
   * @param database stays open
   */
  public JdbcTenantSettings(Database database, TenantSettingKeys keys) {
    this.transactions = new Transactions(database);
    this.scans = Transactions.ofUpkeep(database);
    this.keys = keys;
  }

  @Override
  public TenantSettings load(TenantId tenant, TenantSettings configured) {
    try {
      return transactions.runAutoCommit(
          connection -> {
            try (PreparedStatement select = connection.prepareStatement(ONE)) {
              select.setString(1, tenant.value());
              try (ResultSet row = select.executeQuery()) {
                return row.next() ? settings(tenant, row, configured) : configured;
              }
            }
          });
    } catch (SQLException e) {
      throw new TenantSettingsException("the settings of a tenant cannot be read", e);
    }
  }

  @Override
  public Map<TenantId, TenantSettings> loadAll(TenantSettingsLookup configured) {
    try {
      return scans.runAutoCommit(
          connection -> {
            Map<TenantId, TenantSettings> all = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement(ALL)) {
              select.setFetchSize(FETCH_SIZE);
              try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                  TenantId tenant = id(row.getString(1));
                  if (tenant != null) {
                    all.put(tenant, settings(tenant, row, configured.of(tenant)));
                  }
                }
              }
            }
            return all;
          });
    } catch (SQLException e) {
      throw new TenantSettingsException("the settings of tenants cannot be read", e);
    }
  }

  private TenantSettings settings(TenantId tenant, ResultSet row, TenantSettings configured)
      throws SQLException {
    TenantSettingsBuilder settings =
        new TenantSettingsBuilder(configured).state(state(tenant, row.getString(2)));
    try {
      SettingsText.read(row.getString(3))
          .forEach((name, text) -> apply(tenant, settings, name, text));
    } catch (IllegalArgumentException e) {
      LOG.log(Level.WARNING, "The stored settings of tenant " + tenant + " cannot be read", e);
    }
    return settings.build();
  }

  private static @Nullable TenantId id(String text) {
    try {
      return new TenantId(text);
    } catch (IllegalArgumentException e) { // no token names it either
      LOG.log(Level.WARNING, "A stored tenant is left out: " + e.getMessage(), e);
      return null;
    }
  }

  private void apply(TenantId tenant, TenantSettingsBuilder settings, String name, String text) {
    try {
      keys.apply(settings, name, text);
    } catch (IllegalArgumentException e) {
      LOG.log(
          Level.WARNING,
          "A stored setting of tenant {0} is left out: {1} {2}",
          tenant,
          name,
          e.getMessage());
    }
  }

  private static TenantState state(TenantId tenant, String text) {
    TenantState state = TenantState.fromWireName(text);
    if (state == null) {
      LOG.log(Level.WARNING, "The stored state of tenant {0} cannot be read: {1}", tenant, text);
      return TenantState.SUSPENDED;
    }
    return state;
  }
}
