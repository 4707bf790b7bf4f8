package io.broadcasty.admin.app.jdbc;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.admin.app.AppStore;
import io.broadcasty.admin.app.AppStoreContract;
import io.broadcasty.admin.app.AppStoreException;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JdbcAppStoreTest extends AppStoreContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("apps"), "sa", null, 2));
  }

  @BeforeEach
  void openStore() {
    database = openDatabase();
  }

  @AfterEach
  void closeStore() {
    database.close();
  }

  @Override
  protected AppStore open() {
    return new JdbcAppStore(database);
  }

  @Test
  void throwsWhenTheDatabaseCannotBeReached() {
    database.close();
    assertThrows(AppStoreException.class, () -> open().version());
  }
}
