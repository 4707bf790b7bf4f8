package io.broadcasty.push.jdbc;

import static io.broadcasty.push.Devices.ACME;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.push.PushStoreException;
import io.broadcasty.push.SubscriptionStore;
import io.broadcasty.push.SubscriptionStoreContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests subscriptions in H2; a subclass tests each other database. */
class JdbcSubscriptionStoreTest extends SubscriptionStoreContract {

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
  protected synchronized SubscriptionStore open() {
    if (database == null) {
      database = openDatabase();
    }
    return new JdbcSubscriptionStore(database);
  }

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void saysThatItCannotBeReached() {
    SubscriptionStore store = open();
    close();
    assertThrows(PushStoreException.class, () -> store.ofUser(ACME, "ann"));
    assertThrows(PushStoreException.class, () -> store.remove(ACME, "id", null));
  }
}
