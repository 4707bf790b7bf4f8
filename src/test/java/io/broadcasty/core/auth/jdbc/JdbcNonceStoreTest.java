package io.broadcasty.core.auth.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.NonceStoreContract;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JdbcNonceStoreTest extends NonceStoreContract {

  private static final Duration KEPT = Duration.ofMinutes(10);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final ManualTime time = new ManualTime();

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private JdbcNonceStore store;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("nonces"), "sa", null, 4));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    store = new JdbcNonceStore(database, KEPT, time);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Override
  protected NonceStore store() {
    return store;
  }

  @Test
  void otherNodesKnowTheNonceToo() throws Exception {
    ExecutorService nodes = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> uses = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        JdbcNonceStore node = new JdbcNonceStore(database, KEPT, time);
        uses.add(nodes.submit(() -> node.tryUse(ACME, "ann", "12345678")));
      }
      int first = 0;
      for (Future<Boolean> use : uses) {
        first += use.get() ? 1 : 0;
      }
      assertEquals(1, first);
    } finally {
      nodes.shutdownNow();
    }
  }

  @Test
  void aNonceIsRememberedForTheConfiguredTime() {
    assertTrue(store.tryUse(ACME, "ann", "12345678"));
    time.advance(KEPT.minusMillis(1));
    assertTrue(store.tryUse(ACME, "ann", "12345679"));
    store.prune();
    assertFalse(store.tryUse(ACME, "ann", "12345678"));
    time.advance(Duration.ofMillis(1));
    store.prune();
    assertTrue(store.tryUse(ACME, "ann", "12345678"));
    assertFalse(store.tryUse(ACME, "ann", "12345679"));
  }

  @Test
  void aNonceThatCannotBeCheckedIsNotAccepted() {
    database.close();
    assertThrows(
        AuthenticationUnavailableException.class, () -> store.tryUse(ACME, "ann", "12345678"));
    store.prune(); // tries again later
  }
}
