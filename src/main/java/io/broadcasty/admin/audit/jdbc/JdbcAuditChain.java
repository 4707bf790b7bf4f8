package io.broadcasty.admin.audit.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditChain;
import io.broadcasty.admin.audit.AuditStoreException;
import io.broadcasty.admin.audit.ChainHead;
import io.broadcasty.admin.audit.ChainReport;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The chains of the table {@code broadcasty_audit_logs}. */
@ThreadSafe
public final class JdbcAuditChain implements AuditChain {

  private final Transactions transactions;
  private final PersonErasure erasure;

  /**
   * @param database stays open
   */
  public JdbcAuditChain(Database database) {
    this.transactions = new Transactions(database);
    this.erasure = new PersonErasure(Transactions.ofUpkeep(database));
  }

  @Override
  public ChainReport verify(
      String tenant, @Nullable ChainHead verified, @Nullable ChainHead expected, long maxEntries) {
    try {
      return new ChainVerification(transactions, tenant, expected).run(verified, maxEntries);
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  @Override
  public List<ChainHead> heads(@Nullable String after, int limit) {
    try {
      return transactions.runAutoCommit(connection -> ChainTable.heads(connection, after, limit));
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  @Override
  public long erase(TenantId tenant, String user) {
    try {
      return erasure.erase(tenant.value(), user);
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  private static AuditStoreException unavailable(SQLException cause) {
    return new AuditStoreException("the audit log cannot be read or changed", cause);
  }
}
