package io.broadcasty.infra.database;

import org.junit.jupiter.api.Tag;

/** Tests the migrations on a real MariaDB. */
@Tag("stores")
class MariaDbMigrationTest extends MigrationTest {

  private final DatabaseSettings settings = MariaDb.newEmptyDatabase("mariadb");

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
