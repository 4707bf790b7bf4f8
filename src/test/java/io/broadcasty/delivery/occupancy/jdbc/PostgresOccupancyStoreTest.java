package io.broadcasty.delivery.occupancy.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Postgres;

class PostgresOccupancyStoreTest extends JdbcOccupancyStoreTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
