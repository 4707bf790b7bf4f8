package io.broadcasty.broker.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.database.MariaDb;
import org.junit.jupiter.api.Tag;

/** Tests the broker on a real MariaDB. */
@Tag("stores")
class MariaDbBrokerTest extends JdbcBrokerTest {

  private final DatabaseSettings settings = MariaDb.newDatabase("mariadb");

  @Override
  protected Database database() {
    return Database.open(settings);
  }
}
