package io.broadcasty.push.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MySqlDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** Tests the push queue with the MySQL dialect, by {@link MySqlDriver}. */
@Tag("stores")
class MySqlDialectPushQueueTest extends JdbcPushQueueTest {

  private final MySqlDriver mysql = new MySqlDriver();

  @Override
  protected Database openDatabase() {
    return mysql.open();
  }

  @AfterEach
  @Override
  void close() {
    super.close();
    mysql.close();
  }
}
