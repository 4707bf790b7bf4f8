package io.broadcasty.cluster.control.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MySqlDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** Tests the control topic with MySQL's own driver, on MariaDB. */
@Tag("stores")
class MySqlDialectControlTopicTest extends JdbcControlTopicTest {

  private final MySqlDriver driver = new MySqlDriver();

  @Override
  protected Database openDatabase() {
    return driver.open();
  }

  @AfterEach
  void end() {
    driver.close();
  }
}
