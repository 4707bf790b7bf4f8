package io.broadcasty.broker.jdbc;

import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.database.Postgres;
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
