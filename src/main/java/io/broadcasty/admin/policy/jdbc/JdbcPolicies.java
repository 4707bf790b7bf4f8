package io.broadcasty.admin.policy.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.policy.ChannelSettingsText;
import io.broadcasty.admin.policy.PolicySource;
import io.broadcasty.admin.policy.PolicyStoreException;
import io.broadcasty.admin.policy.RulesText;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The policies in {@code broadcasty_channels}. It reads by SQL, since a node that starts must not
 * wait for a persistence provider.
 */
@ThreadSafe
public final class JdbcPolicies implements PolicySource {

  private static final System.Logger LOG = System.getLogger(JdbcPolicies.class.getName());
  private static final String ALL =
      "SELECT policy_id, tenant_id, channels, rules, created_at, updated_at, revision, settings"
          + " FROM broadcasty_channels";
  private static final String OF_TENANT = ALL + " WHERE tenant_id = ?";
  private static final int FETCH_SIZE = 1000;

  private final Transactions transactions;
  private final Transactions scans;

  /**
   * @param database stays open
   */
  public JdbcPolicies(Database database) {
    this.transactions = new Transactions(database);
    this.scans = Transactions.ofUpkeep(database);
  }

  @Override
  public List<StoredPolicy> load(TenantId tenant) {
    try {
      return transactions.runAutoCommit(
          connection -> {
            try (PreparedStatement select = connection.prepareStatement(OF_TENANT)) {
              select.setString(1, tenant.value());
              AllPolicies read = read(select);
              if (!read.unreadable().isEmpty()) {
                throw new PolicyStoreException("a policy of a later release cannot be read", null);
              }
              return read.policies();
            }
          });
    } catch (SQLException e) {
      throw new PolicyStoreException("the policies of a tenant cannot be read", e);
    }
  }

  @Override
  public AllPolicies loadAll() {
    try {
      return scans.runAutoCommit(
          connection -> {
            try (PreparedStatement select = connection.prepareStatement(ALL)) {
              select.setFetchSize(FETCH_SIZE);
              return read(select);
            }
          });
    } catch (SQLException e) {
      throw new PolicyStoreException("the policies cannot be read", e);
    }
  }

  private static AllPolicies read(PreparedStatement select) throws SQLException {
    List<StoredPolicy> policies = new ArrayList<>();
    Set<TenantId> unreadable = new HashSet<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        TenantId tenant = new TenantId(row.getString(2));
        try {
          policies.add(
              new StoredPolicy(
                  row.getString(1),
                  tenant,
                  PolicyPattern.parse(row.getString(3)),
                  RulesText.read(row.getString(4)),
                  ChannelSettingsText.read(row.getString(8)),
                  row.getLong(5),
                  row.getLong(6),
                  row.getLong(7)));
        } catch (IllegalArgumentException e) {
          unreadable.add(tenant);
          LOG.log(
              Level.WARNING,
              "A policy of tenant " + tenant + " cannot be read, so the tenant may do nothing",
              e);
        }
      }
    }
    policies.removeIf(each -> unreadable.contains(each.tenant()));
    return new AllPolicies(policies, unreadable);
  }
}
