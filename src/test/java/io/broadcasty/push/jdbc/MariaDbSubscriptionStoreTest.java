package io.broadcasty.push.jdbc;

import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.database.MariaDb;
import org.junit.jupiter.api.Tag;

/** Tests push subscriptions in a real MariaDB. */
@Tag("stores")
class MariaDbSubscriptionStoreTest extends JdbcSubscriptionStoreTest {

  private final DatabaseSettings settings = MariaDb.newDatabase("mariadb");

  @Override
  protected DatabaseSettings settings() {
    return settings;
  }
}
