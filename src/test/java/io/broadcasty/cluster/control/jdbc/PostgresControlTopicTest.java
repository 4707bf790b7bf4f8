package io.broadcasty.cluster.control.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class PostgresControlTopicTest extends JdbcControlTopicTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
