package io.broadcasty.outbox.jdbc;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import io.broadcasty.outbox.OutboxApplication;
import org.junit.jupiter.api.Tag;

/** Reads an outbox in a real PostgreSQL. */
@Tag("stores")
class PostgresOutboxTest extends H2OutboxTest {

  @Override
  protected OutboxApplication.Address database() {
    DatabaseSettings settings = Postgres.newDatabase();
    return new OutboxApplication.Address(
        settings.url(), settings.user(), String.valueOf(settings.password()));
  }
}
