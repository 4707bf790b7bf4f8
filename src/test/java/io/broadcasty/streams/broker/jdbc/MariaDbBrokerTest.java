package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
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
