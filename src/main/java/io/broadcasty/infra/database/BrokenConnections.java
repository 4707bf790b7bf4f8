package io.broadcasty.infra.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Has the pool evict a connection that cannot be used again, for the SQL states that HikariCP does
 * not know itself.
 */
final class BrokenConnections implements SQLExceptionOverride {

  @java.lang.Override
  public Override adjudicate(SQLException failure) {
    return DatabaseFault.isConnectionBroken(failure)
        ? Override.MUST_EVICT
        : Override.CONTINUE_EVICT;
  }
}
