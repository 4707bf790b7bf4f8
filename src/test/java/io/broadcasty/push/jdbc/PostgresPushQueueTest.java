package io.broadcasty.push.jdbc;

import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.database.Postgres;
import org.junit.jupiter.api.Tag;

/** On a real PostgreSQL. */
@Tag("stores")
class PostgresPushQueueTest extends JdbcPushQueueTest {

  private final DatabaseSettings settings = Postgres.newDatabase();

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
