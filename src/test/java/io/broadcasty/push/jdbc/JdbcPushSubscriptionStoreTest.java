package io.broadcasty.push.jdbc;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.save;
import static io.broadcasty.push.queue.PushFixtures.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.PushSubscriptionStoreContract;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests subscriptions in H2; a subclass tests each other database. */
class JdbcPushSubscriptionStoreTest extends PushSubscriptionStoreContract {

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
  protected synchronized PushSubscriptionStore open() {
    if (database == null) {
      database = openDatabase();
    }
    return new JdbcPushSubscriptionStore(database);
  }

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void aUserWhoseNameIsTooLongIsRejectedAndTheOthersAreNot() {
    PushSubscriptionStore store = open();
    PushStoreException refusal =
        assertThrows(
            PushStoreException.class,
            () -> save(store, ACME, "u".repeat(300), web("a"), null, List.of(), 5));
    assertTrue(refusal.isRejected());
    save(store, ACME, "ann", web("a"), null, List.of(), 5);
    assertEquals(1, store.findByUser(ACME, "ann").size());
  }

  @Test
  void throwsWhenTheDatabaseIsUnavailable() {
    PushSubscriptionStore store = open();
    close();
    assertThrows(PushStoreException.class, () -> store.findByUser(ACME, "ann"));
    assertThrows(PushStoreException.class, () -> store.remove(ACME, "id", null));
  }
}
