package io.broadcasty.admin.key.jpa;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class MySqlDialectApiKeyRepositoryTest extends JpaApiKeyRepositoryTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mysql"));
  }
}
