package io.broadcasty.audit.jdbc;

import io.broadcasty.audit.AuditEvent;
import io.broadcasty.audit.AuditLog;
import io.broadcasty.database.Database;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The table {@code broadcasty_audit_logs}; what concerns the whole service has no tenant there. */
public final class JdbcAuditLog implements AuditLog {

  private static final System.Logger LOG = System.getLogger(JdbcAuditLog.class.getName());
  private static final String NO_TENANT = "";
  private static final String INSERT =
      "INSERT INTO broadcasty_audit_logs (tenant_id, action, actor_id, ip, ctx, created_at)"
          + " VALUES (?, ?, ?, ?, ?, ?)";

  private final Database database;

  /**
   * @param database stays open
   */
  public JdbcAuditLog(Database database) {
    this.database = database;
  }

  @Override
  public void append(AuditEvent event) {
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      connection.setAutoCommit(true);
      insert.setString(1, event.tenant() == null ? NO_TENANT : event.tenant().value());
      insert.setString(2, event.action());
      insert.setString(3, event.actor());
      insert.setString(4, event.ip());
      insert.setString(5, event.context());
      insert.setLong(6, event.timeMillis());
      insert.executeUpdate();
    } catch (SQLException e) {
      LOG.log(Level.WARNING, "the audit log could not take `" + event.action() + "`", e);
    }
  }
}
