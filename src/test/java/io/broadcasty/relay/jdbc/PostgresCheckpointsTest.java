package io.broadcasty.relay.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
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
