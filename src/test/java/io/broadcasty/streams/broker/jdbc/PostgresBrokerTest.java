package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

/** Tests the broker on a real PostgreSQL. */
@Tag("stores")
class PostgresBrokerTest extends JdbcBrokerTest {

  private final DatabaseSettings settings = Postgres.newDatabase();

  @Override
  protected Database database() {
    return Database.open(settings);
  }
}
