package io.broadcasty.occupancy.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.MySqlDriver;
import org.junit.jupiter.api.AfterEach;

/** Tests the store with MySQL's own driver, on MariaDB. */
class MySqlDialectOccupancyStoreTest extends JdbcOccupancyStoreTest {

  private final MySqlDriver driver = new MySqlDriver();

  @Override
  protected Database openDatabase() {
    return driver.open();
  }

  @AfterEach
  void end() {
    stopNodes();
    driver.close();
  }
}
