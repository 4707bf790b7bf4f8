package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

/** Tests the spool on a real PostgreSQL. */
@Tag("stores")
class PostgresSpoolTest extends JdbcSpoolTest {

  private final DatabaseSettings settings = Postgres.newDatabase();

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
