package io.broadcasty.cluster.question.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.question.AnswerStore;
import io.broadcasty.cluster.question.AnswerStoreContract;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract on H2; a subclass for each other database. */
class JdbcAnswerStoreTest extends AnswerStoreContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final ManualTime time = new ManualTime();

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private JdbcAnswerStore store;

  /** Opens an empty database with the present schema. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("answers"), "sa", null, 4));
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    store = new JdbcAnswerStore(database, time);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Override
  protected AnswerStore store() {
    return store;
  }

  @Test
  void answersThatNobodyDeletesAreKeptForTheirTime() {
    store.put("q1", "n1", "{}");
    time.advance(AnswerStore.KEPT_FOR);
    store.prune();
    assertEquals(Map.of("n1", "{}"), store.read("q1"));
    time.advance(Duration.ofMillis(1));
    store.prune();
    assertEquals(Map.of(), store.read("q1"));
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsReported() {
    database.close();
    assertThrows(ControlException.class, () -> store.put("q1", "n1", "{}"));
    assertThrows(ControlException.class, () -> store.read("q1"));
    assertThrows(ControlException.class, () -> store.delete("q1"));
    store.prune(); // tries again later
  }
}
