package io.broadcasty.push.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import org.junit.jupiter.api.Tag;

/** Tests push subscriptions in a real PostgreSQL. */
@Tag("stores")
class PostgresPushSubscriptionStoreTest extends JdbcPushSubscriptionStoreTest {

  private final DatabaseSettings settings = Postgres.newDatabase();

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
