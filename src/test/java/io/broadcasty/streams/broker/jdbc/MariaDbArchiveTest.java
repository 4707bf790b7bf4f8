package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

/** Tests the archive on a real MariaDB. */
@Tag("stores")
class MariaDbArchiveTest extends JdbcArchiveTest {

  private final DatabaseSettings settings = MariaDb.newDatabase("mariadb");

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
