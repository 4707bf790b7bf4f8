package io.broadcasty.push.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

/** Tests the notifications to one user in a real MariaDB. */
@Tag("stores")
class MariaDbUserPushesTest extends JdbcUserPushesTest {

  private final DatabaseSettings settings = MariaDb.newDatabase("mariadb");

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
