package io.broadcasty.core.auth.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class MySqlDialectTicketStoreTest extends JdbcTicketStoreTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mysql"));
  }
}
