package io.broadcasty.control.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.Postgres;

class PostgresControlTopicTest extends JdbcControlTopicTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
