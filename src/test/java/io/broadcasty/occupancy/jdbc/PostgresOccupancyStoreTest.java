package io.broadcasty.occupancy.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.Postgres;

class PostgresOccupancyStoreTest extends JdbcOccupancyStoreTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
