package io.broadcasty.admin.audit.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.AuditLogTable;
import io.broadcasty.infra.database.AuditRow;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.List;

/**
 * The audit log in the table {@code broadcasty_audit_logs}; events of the whole service have an
 * empty tenant there.
 */
@ThreadSafe
public final class JdbcAuditLog implements AuditLog {

  private static final System.Logger LOG = System.getLogger(JdbcAuditLog.class.getName());
  private static final String NO_TENANT = "";

  /** Nodes that append to one chain at the same time wait for each other; few conflicts remain. */
  private static final int ATTEMPTS = 10;

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
    AuditRow row = row(event);
    try {
      var unused =
          transactions.write(
              ATTEMPTS,
              connection -> {
                AuditLogTable.append(connection, List.of(row));
                return true;
              });
      failures.recordSuccess();
    } catch (SQLException e) {
      failures.recordFailure(e);
      LOG.log(Level.DEBUG, () -> "Not in the audit log: `" + event.action() + "`");
    }
  }

  private static AuditRow row(AuditEvent event) {
    return new AuditRow(
        event.tenant() == null ? NO_TENANT : event.tenant().value(),
        event.action(),
        event.outcome().wireName(),
        event.actorTenant() == null ? null : event.actorTenant().value(),
        event.actor(),
        event.ip(),
        event.target(),
        event.context(),
        event.requestId(),
        event.timeMillis());
  }
}
