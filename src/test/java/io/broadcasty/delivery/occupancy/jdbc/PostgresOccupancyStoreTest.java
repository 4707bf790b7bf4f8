package io.broadcasty.delivery.occupancy.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class PostgresOccupancyStoreTest extends JdbcOccupancyStoreTest {

  @Override
  protected Database openDatabase() {
    return Database.open(Postgres.newDatabase());
  }
}
