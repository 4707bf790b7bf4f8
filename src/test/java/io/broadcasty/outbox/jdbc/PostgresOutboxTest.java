package io.broadcasty.outbox.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import io.broadcasty.outbox.OutboxApplication;
import io.broadcasty.outbox.OutboxTable;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Reads an outbox in a real PostgreSQL. */
@Tag("stores")
class PostgresOutboxTest extends H2OutboxTest {

  @Override
  protected OutboxApplication.Address database() {
    DatabaseSettings settings = Postgres.newDatabase();
    return new OutboxApplication.Address(
        settings.url(), settings.user(), String.valueOf(settings.password()));
  }

  @Test
  void isToldOfCommitsAtOnce() throws Exception {
    OutboxApplication.Address address = database();
    OutboxApplication application = new OutboxApplication(address);
    try (OutboxTable table = open(address)) {
      assertEquals(0, table.read(1, 1, rows -> List.of()));
      table.await(60_000); // until it listens, so that nothing committed before is missed
      assertTrue(table.isTold());
      for (int i = 0; i < 3; i++) {
        application.publish("orders.a", "1");
        assertTimeout(Duration.ofSeconds(20), () -> table.await(60_000));
      }
      assertTimeout(Duration.ofSeconds(20), () -> table.await(1)); // and only of these
    }
  }
}
