package io.broadcasty.streams.broker.jdbc;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Spool;
import io.broadcasty.streams.broker.SpoolContract;
import io.broadcasty.streams.broker.TestPublications;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the spool on H2; a subclass for each other database. */
class JdbcSpoolTest extends SpoolContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private @Nullable Database database;

  /** Returns the settings of an empty database. */
  protected DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("spool"), "sa", null, 8);
  }

  @Override
  protected synchronized Spool open() {
    if (database == null) {
      database = Database.open(settings());
    }
    return new JdbcSpool(database, WallClock.system());
  }

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void throwsWhenUnreachable() {
    Spool spool = open();
    close();
    assertThrows(BrokerException.class, spool::channels);
    assertThrows(
        BrokerException.class, () -> spool.add(List.of(TestPublications.named(ORDERS, 0, "a"))));
  }
}
