package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

/** Tests the archive on a real PostgreSQL. */
@Tag("stores")
class PostgresArchiveTest extends JdbcArchiveTest {

  private final DatabaseSettings settings = Postgres.newDatabase();

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
