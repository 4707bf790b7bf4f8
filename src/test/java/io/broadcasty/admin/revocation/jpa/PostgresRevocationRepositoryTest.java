package io.broadcasty.admin.revocation.jpa;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class PostgresRevocationRepositoryTest extends JpaRevocationRepositoryTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
