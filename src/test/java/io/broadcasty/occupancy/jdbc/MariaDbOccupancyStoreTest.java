package io.broadcasty.occupancy.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.MariaDb;

class MariaDbOccupancyStoreTest extends JdbcOccupancyStoreTest {

  @Override
  protected Database openDatabase() {
    return Database.open(MariaDb.newDatabase("mariadb"));
  }
}
