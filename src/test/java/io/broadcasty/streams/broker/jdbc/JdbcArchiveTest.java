package io.broadcasty.streams.broker.jdbc;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.ArchiveContract;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.TestPublications;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the archive on H2; a subclass for each other database. */
class JdbcArchiveTest extends ArchiveContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private @Nullable Database database;

  /** Returns the settings of an empty database. */
  protected DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("archive"), "sa", null, 8);
  }

  @Override
  protected synchronized Archive open() {
    if (database == null) {
      database = Database.open(settings());
    }
    return new JdbcArchive(database, time, RETENTION);
  }

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void throwsWhenUnreachable() {
    Archive archive = open();
    close();
    assertThrows(
        BrokerException.class, () -> archive.ranges(TestPublications.channel("orders"), "one"));
  }
}
