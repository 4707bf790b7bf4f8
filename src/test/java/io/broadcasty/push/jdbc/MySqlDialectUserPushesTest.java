package io.broadcasty.push.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MySqlDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** Tests the notifications to one user with the MySQL dialect, by {@link MySqlDriver}. */
@Tag("stores")
class MySqlDialectUserPushesTest extends JdbcUserPushesTest {

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
