package io.broadcasty.cluster.control.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Postgres;

class PostgresControlTopicTest extends JdbcControlTopicTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
