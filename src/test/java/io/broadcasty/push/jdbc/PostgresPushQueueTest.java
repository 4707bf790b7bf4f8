package io.broadcasty.push.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

/** Tests the push queue in a real PostgreSQL. */
@Tag("stores")
class PostgresPushQueueTest extends JdbcPushQueueTest {

  private final DatabaseSettings settings = Postgres.newDatabase();

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
