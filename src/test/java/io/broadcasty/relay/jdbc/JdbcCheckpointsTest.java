package io.broadcasty.relay.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.relay.Checkpoints;
import io.broadcasty.relay.CheckpointsContract;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests checkpoints in H2; a subclass tests each other database. */
class JdbcCheckpointsTest extends CheckpointsContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final ManualTime time = new ManualTime();
  private @Nullable Database database;

  /** Returns the settings of an empty database. */
  protected DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("relay"), "sa", null, 8);
  }

  /** Opens an empty database. */
  protected Database openDatabase() {
    return Database.open(settings());
  }

  private synchronized Database database() {
    Database open = database;
    if (open == null) {
      open = openDatabase();
      database = open;
    }
    return open;
  }

  @Override
  protected Checkpoints open() {
    return new JdbcCheckpoints(database(), LEASE, KEPT, time);
  }

  @Override
  protected Checkpoints openConnector(String id) {
    return new JdbcCheckpoints(database(), id, LEASE, KEPT, time);
  }

  @Override
  protected void outlastLease() {
    time.advance(LEASE);
  }

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void deletesUnusedChannels() {
    Checkpoints checkpoints = open();
    checkpoints.claim(ORDERS, "one");
    checkpoints.save(ORDERS, "one", new Position("e", 0, 1));
    time.advance(KEPT.plus(Duration.ofSeconds(1)));
    checkpoints.prune();
    assertEquals(Map.of(), checkpoints.read(ORDERS));
  }

  @Test
  void throwsWhenTheDatabaseIsUnavailable() {
    Checkpoints checkpoints = open();
    close();
    assertThrows(BrokerException.class, () -> checkpoints.claim(ORDERS, "one"));
    assertThrows(BrokerException.class, () -> checkpoints.startedAt(1));
  }
}
