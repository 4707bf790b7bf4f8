package io.broadcasty.push.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.queue.PendingPushes;
import io.broadcasty.push.queue.PendingPushesContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests pending pushes in H2; a subclass tests each other database. */
class JdbcPendingPushesTest extends PendingPushesContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private @Nullable Database database;

  /** Returns the settings of an empty database. */
  protected DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("push"), "sa", null, 8);
  }

  /** Opens an empty database. */
  protected Database openDatabase() {
    return Database.open(settings());
  }

  @Override
  protected synchronized PendingPushes open() {
    if (database == null) {
      database = openDatabase();
    }
    return new JdbcPendingPushes(database);
  }

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
  }
}
