package io.broadcasty.infra.database;

import org.junit.jupiter.api.Tag;

/** Tests the migrations on a real PostgreSQL. */
@Tag("stores")
class PostgresMigrationTest extends MigrationTest {

  private final DatabaseSettings settings = Postgres.newEmptyDatabase();

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
