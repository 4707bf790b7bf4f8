package io.broadcasty.relay.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
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
