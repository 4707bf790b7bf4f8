package io.broadcasty.push.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.push.PendingPushes;
import io.broadcasty.push.PendingPushesContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** What is pending in each database; a subclass for each but H2. */
class JdbcPendingPushesTest extends PendingPushesContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private @Nullable Database database;

  /** Of an empty database. */
  protected DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("push"), "sa", null, 8);
  }

  /** An empty one. */
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
