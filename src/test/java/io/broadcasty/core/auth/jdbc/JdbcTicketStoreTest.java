package io.broadcasty.core.auth.jdbc;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.TicketStore;
import io.broadcasty.core.auth.TicketStoreContract;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JdbcTicketStoreTest extends TicketStoreContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final ManualTime time = new ManualTime();

  @SuppressWarnings("NullAway.Init")
  private Database database;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("tickets"), "sa", null, 4));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Override
  protected TicketStore store() {
    return new JdbcTicketStore(database, Tickets.LIFE, time);
  }

  @Test
  void aContentExpiresAndIsDeletedLater() {
    JdbcTicketStore store = new JdbcTicketStore(database, Tickets.LIFE, time);
    store.put(ACME, "a", new byte[] {1});
    store.put(ACME, "b", new byte[] {1});
    time.advance(Tickets.LIFE.minusMillis(1));
    store.prune();
    assertNotNull(store.take("a"));
    time.advance(Duration.ofMillis(1));
    assertNull(store.take("b"));
    store.prune();
    store.put(ACME, "b", new byte[] {2});
    assertNotNull(store.take("b"));
  }

  @Test
  void aTicketThatCannotBeCheckedIsNotAccepted() {
    JdbcTicketStore store = new JdbcTicketStore(database, Tickets.LIFE, time);
    database.close();
    assertThrows(AuthenticationUnavailableException.class, () -> store.take("a"));
    assertThrows(AuthenticationUnavailableException.class, () -> store.put(ACME, "a", new byte[1]));
    store.prune(); // tries again later
  }
}
