package io.broadcasty.outbox.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
import io.broadcasty.outbox.OutboxApplication;
import org.junit.jupiter.api.Tag;

/** Reads an outbox in a real MariaDB. */
@Tag("stores")
class MariaDbOutboxTest extends H2OutboxTest {

  @Override
  protected OutboxApplication.Address database() {
    DatabaseSettings settings = MariaDb.newDatabase("mariadb");
    return new OutboxApplication.Address(
        settings.url(), settings.user(), String.valueOf(settings.password()));
  }
}
