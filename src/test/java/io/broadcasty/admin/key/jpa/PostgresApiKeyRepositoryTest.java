package io.broadcasty.admin.key.jpa;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class PostgresApiKeyRepositoryTest extends JpaApiKeyRepositoryTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
