package io.broadcasty.admin.revocation.jpa;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class MySqlDialectRevocationRepositoryTest extends JpaRevocationRepositoryTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mysql"));
  }
}
