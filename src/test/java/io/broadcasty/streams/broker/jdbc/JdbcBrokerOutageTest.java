package io.broadcasty.streams.broker.jdbc;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.Postgres;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.StoreCondition;
import io.broadcasty.streams.broker.StoreCondition.State;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a database that fails while it is in use: publishers are refused at once, the log and the
 * condition name the setting once, and service resumes when it is over.
 */
class JdbcBrokerOutageTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final Retention PLENTY = new Retention(Duration.ofHours(1), 100_000, 1L << 30);
  private static final int MANY = 100;
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  /** Uses a broker whose connections come from a faulty data source. */
  private interface Story {
    void tell(Broker broker, FaultyDataSource faulty, LogCapture log) throws SQLException;
  }

  private static void tell(DatabaseSettings settings, Story story) throws SQLException {
    try (Database real = Database.open(settings);
        LogCapture log = new LogCapture(DatabaseAvailability.class)) {
      FaultyDataSource faulty = new FaultyDataSource(real.dataSource());
      Broker broker =
          new JdbcBroker(
              new JdbcBrokerSettings(PLENTY, Duration.ofMinutes(10)),
              settings.url().contains(FullDisk.SCHEME) ? real : Database.using(faulty),
              new ManualTime(),
              new RecordingPublicationListener(),
              Thread::new,
              Runnable::run);
      try {
        appended(broker, named(ORDERS, 0, "before"));
        story.tell(broker, faulty, log);
      } finally {
        broker.close();
      }
    }
  }

  private DatabaseSettings h2() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("db"), "sa", null, 4);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, () -> "not in time: " + what);
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  private static boolean isRefused(Broker broker, String id) {
    return publish(broker, List.of(named(ORDERS, 0, id))).get(0)
        instanceof AppendOutcome.Unavailable;
  }

  private static void assertRefused(Broker broker, State state, String setting, LogCapture log) {
    for (int i = 0; i < MANY; i++) {
      AppendOutcome.Unavailable refused =
          assertInstanceOf(
              AppendOutcome.Unavailable.class,
              publish(broker, List.of(named(ORDERS, 0, "during " + i))).get(0));
      assertTrue(refused.retryAfter().compareTo(Duration.ZERO) > 0);
    }
    StoreCondition condition = broker.condition();
    assertEquals(state, condition.state());
    assertTrue(condition.reason().contains(setting), condition::reason);
    assertEquals(1, log.text().lines().filter(line -> line.contains(setting)).count(), log::text);
  }

  private static void assertOver(Broker broker, LogCapture log) {
    assertFalse(isRefused(broker, "after"));
    assertEquals(State.UP, broker.condition().state());
    assertTrue(log.text().contains("serves again"), log::text);
  }

  @Test
  void callersDoNotWaitForAConnectionDuringAnOutage() throws SQLException {
    tell(
        h2(),
        (broker, faulty, log) -> {
          faulty.down(
              new SQLTransientConnectionException(
                  "no connection in time", null, 0, new SQLException("refused", "08001")));
          assertTrue(isRefused(broker, "the first"));
          int tried = faulty.refusals();
          assertRefused(broker, State.DOWN, "broadcasty.db.url", log);
          assertThrows(BrokerException.class, () -> broker.states(ORDERS, 1));
          assertTrue(faulty.refusals() < tried + MANY / 2, "one thread alone asks");
          faulty.set(FaultyDataSource.Fault.NONE);
          await("the end", () -> broker.condition().state() == State.UP);
          assertOver(broker, log);
          assertEquals(2, log.text().lines().count(), log::text);
        });
  }

  @Test
  void theWrongPassword() throws SQLException {
    tell(
        h2(),
        (broker, faulty, log) -> {
          faulty.down(new SQLException("password of sa: s3cret", "28P01"));
          assertTrue(isRefused(broker, "the first"));
          assertRefused(broker, State.DOWN, "broadcasty.db.password", log);
          assertFalse(log.text().contains("s3cret"));
          faulty.set(FaultyDataSource.Fault.NONE);
          await("the end", () -> broker.condition().state() == State.UP);
          assertOver(broker, log);
        });
  }

  /** Only a publication shows that there is space again. */
  @Test
  void aFullDisk() throws SQLException {
    tell(
        h2(),
        (broker, faulty, log) -> {
          faulty.down(new SQLException("could not extend file: No space left on device", "53100"));
          assertRefused(broker, State.READ_ONLY, "broadcasty.replay.retention", log);
          faulty.set(FaultyDataSource.Fault.NONE);
          assertEquals(1, broker.states(ORDERS, 1).get(0).head());
          assertEquals(State.READ_ONLY, broker.condition().state());
          assertOver(broker, log);
        });
  }

  /** H2 closes itself then, and must recover without a restart of the node. */
  @Test
  void aFullDiskOfTheEmbeddedDatabase() throws SQLException {
    FullDisk.register();
    String url = "jdbc:h2:" + FullDisk.SCHEME + ":" + dir.resolve("db");
    try {
      tell(
          new DatabaseSettings(url, "sa", null, 4),
          (broker, faulty, log) -> {
            FullDisk.set(true);
            assertRefused(broker, State.READ_ONLY, "disk is full", log);
            FullDisk.set(false);
            await("the end", () -> !isRefused(broker, "after"));
            assertEquals(2, broker.states(ORDERS, 1).get(0).head());
            assertOver(broker, log);
          });
    } finally {
      FullDisk.set(false);
    }
  }

  @Test
  @Tag("stores")
  void aRealPostgresThatBecomesReadOnly() throws SQLException {
    DatabaseSettings settings = Postgres.newDatabase();
    String name = settings.url().substring(settings.url().lastIndexOf('/') + 1);
    String otherSessions =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'";
    tell(
        settings,
        (broker, faulty, log) -> {
          Postgres.administer(
              "ALTER DATABASE " + name + " SET default_transaction_read_only = on", otherSessions);
          await("it", () -> isRefused(broker, "x") && log.text().contains("read-only"));
          assertRefused(broker, State.READ_ONLY, "default_transaction_read_only", log);
          assertEquals(1, broker.states(ORDERS, 1).get(0).head());
          Postgres.administer(
              "ALTER DATABASE " + name + " RESET default_transaction_read_only", otherSessions);
          await("the end", () -> broker.condition().state() == State.UP);
          await("a connection that is whole", () -> !isRefused(broker, "again"));
        });
  }
}
