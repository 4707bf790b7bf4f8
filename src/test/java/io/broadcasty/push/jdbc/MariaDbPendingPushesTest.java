package io.broadcasty.push.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
import org.junit.jupiter.api.Tag;

/** Tests pending pushes in a real MariaDB. */
@Tag("stores")
class MariaDbPendingPushesTest extends JdbcPendingPushesTest {

  private final DatabaseSettings settings = MariaDb.newDatabase("mariadb");

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
