package io.broadcasty.admin.audit.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.AuditLogTable;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.SQLException;

/**
 * The audit log in the table {@code broadcasty_audit_logs}; events of the whole service have an
 * empty tenant there.
 */
@ThreadSafe
public final class JdbcAuditLog implements AuditLog {

  private static final System.Logger LOG = System.getLogger(JdbcAuditLog.class.getName());
  private static final String NO_TENANT = "";

  private final Transactions transactions;

  private final FailureLog failures =
      new FailureLog(
          LOG, Level.WARNING, "Writing to the audit log, which loses entries,", Ticker.system());

  /**
   * @param database stays open
   */
  public JdbcAuditLog(Database database) {
    this.transactions = new Transactions(database);
  }

  @Override
  public void append(AuditEvent event) {
    try {
      var unused =
          transactions.runAutoCommit(
              connection -> {
                AuditLogTable.append(
                    connection,
                    event.tenant() == null ? NO_TENANT : event.tenant().value(),
                    event.action(),
                    event.actor(),
                    event.ip(),
                    event.context(),
                    event.timeMillis());
                return true;
              });
      failures.recordSuccess();
    } catch (SQLException e) {
      failures.recordFailure(e);
      LOG.log(Level.DEBUG, () -> "Not in the audit log: `" + event.action() + "`");
    }
  }
}
