package io.broadcasty.delivery.occupancy.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MySqlDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** Tests the store with MySQL's own driver, on MariaDB. */
@Tag("stores")
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
