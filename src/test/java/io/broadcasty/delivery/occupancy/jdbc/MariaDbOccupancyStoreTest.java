package io.broadcasty.delivery.occupancy.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

@Tag("stores")
class MariaDbOccupancyStoreTest extends JdbcOccupancyStoreTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mariadb"));
  }
}
