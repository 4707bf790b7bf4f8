package io.broadcasty.admin.audit.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class MySqlDialectAuditChainTest extends JdbcAuditChainTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mysql"));
  }
}
