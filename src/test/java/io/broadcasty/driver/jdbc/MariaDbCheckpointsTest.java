package io.broadcasty.driver.jdbc;

import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.database.MariaDb;
import org.junit.jupiter.api.Tag;

/** Tests relay checkpoints in a real MariaDB. */
@Tag("stores")
class MariaDbCheckpointsTest extends JdbcCheckpointsTest {

  private final DatabaseSettings settings = MariaDb.newDatabase("mariadb");

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
