package io.broadcasty.admin.privacy.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class PostgresPrivacyJobsTest extends JdbcPrivacyJobsTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
