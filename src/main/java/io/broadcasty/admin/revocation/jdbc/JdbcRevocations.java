package io.broadcasty.admin.revocation.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.revocation.Revocation;
import io.broadcasty.admin.revocation.RevocationSource;
import io.broadcasty.admin.revocation.RevocationStoreException;
import io.broadcasty.admin.revocation.RevocationTarget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The revocations in {@code broadcasty_revocations}. It reads by SQL, since a node that starts must
 * not wait for a persistence provider.
 */
@ThreadSafe
public final class JdbcRevocations implements RevocationSource {

  private static final String SELECT =
      "SELECT tenant_id, kind, target, issued_before, expires_at, created_at, updated_at, revision"
          + " FROM broadcasty_revocations WHERE ";
  private static final String ALL = SELECT + "expires_at > ?";
  private static final String ONE = SELECT + "revocation_id = ?";
  private static final String PRUNE = "DELETE FROM broadcasty_revocations WHERE expires_at < ?";
  private static final int FETCH_SIZE = 1000;

  private final Transactions transactions;
  private final Transactions scans;

  /**
   * @param database stays open
   */
  public JdbcRevocations(Database database) {
    this.transactions = new Transactions(database);
    this.scans = Transactions.ofUpkeep(database);
  }

  @Override
  public @Nullable Revocation load(String id) {
    try {
      List<Revocation> found =
          transactions.runAutoCommit(
              connection -> {
                try (PreparedStatement select = connection.prepareStatement(ONE)) {
                  select.setString(1, id);
                  return read(select);
                }
              });
      return found.isEmpty() ? null : found.get(0);
    } catch (SQLException e) {
      throw new RevocationStoreException("a revocation cannot be read", e);
    }
  }

  @Override
  public List<Revocation> loadAll(long nowMillis) {
    try {
      return scans.runAutoCommit(
          connection -> {
            try (PreparedStatement select = connection.prepareStatement(ALL)) {
              select.setFetchSize(FETCH_SIZE);
              select.setLong(1, nowMillis);
              return read(select);
            }
          });
    } catch (SQLException e) {
      throw new RevocationStoreException("the revocations cannot be read", e);
    }
  }

  @Override
  public int prune(long beforeMillis) {
    try {
      return scans.runAutoCommit(
          connection -> {
            try (PreparedStatement delete = connection.prepareStatement(PRUNE)) {
              delete.setLong(1, beforeMillis);
              return delete.executeUpdate();
            }
          });
    } catch (SQLException e) {
      throw new RevocationStoreException("expired revocations cannot be deleted", e);
    }
  }

  /** Leaves out kinds of a later release. */
  private static List<Revocation> read(PreparedStatement select) throws SQLException {
    List<Revocation> revocations = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        RevocationTarget.Kind kind = RevocationTarget.Kind.fromWireName(row.getString(2));
        if (kind != null) {
          revocations.add(
              new Revocation(
                  new RevocationTarget(new TenantId(row.getString(1)), kind, row.getString(3)),
                  row.getLong(4),
                  row.getLong(5),
                  row.getLong(6),
                  row.getLong(7),
                  row.getLong(8)));
        }
      }
    }
    return revocations;
  }
}
