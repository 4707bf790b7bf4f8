package io.broadcasty.admin.privacy.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class MySqlDialectPrivacyJobsTest extends JdbcPrivacyJobsTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mysql"));
  }
}
