package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.MySqlDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** Tests the broker with {@link MySqlDriver}. */
@Tag("stores")
class MySqlDialectBrokerTest extends JdbcBrokerTest {

  private final MySqlDriver mysql = new MySqlDriver();

  @Override
  protected Database database() {
    return mysql.open();
  }

  @AfterEach
  @Override
  protected void closeAll() {
    super.closeAll();
    mysql.close();
  }
}
