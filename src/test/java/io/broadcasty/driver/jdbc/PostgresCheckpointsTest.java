package io.broadcasty.driver.jdbc;

import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.database.Postgres;
import org.junit.jupiter.api.Tag;

/** Tests relay checkpoints in a real PostgreSQL. */
@Tag("stores")
class PostgresCheckpointsTest extends JdbcCheckpointsTest {

  private final DatabaseSettings settings = Postgres.newDatabase();

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
