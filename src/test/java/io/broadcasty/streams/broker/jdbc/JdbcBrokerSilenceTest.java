package io.broadcasty.streams.broker.jdbc;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.broadcasty.TcpProxy;
import io.broadcasty.TcpProxy.Direction;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseLimits;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
import io.broadcasty.infra.database.Postgres;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.StoreCondition.State;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests real databases behind a proxy that swallows: publishers are refused within 5 s, the
 * condition says so, and service resumes by itself.
 */
@Tag("stores")
@Execution(ExecutionMode.CONCURRENT) // most of it is waiting
class JdbcBrokerSilenceTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final TenantChannel ORDERS = channel("orders");
  private static final Retention PLENTY = new Retention(Duration.ofHours(1), 100_000, 1L << 30);

  /** Short limits where they are not what is tested. */
  private static final DatabaseLimits SHORT =
      new DatabaseLimits(SECOND, SECOND.multipliedBy(10), Duration.ofMillis(500), SECOND);

  /** What a loaded machine may add; without a limit, an answer takes a minute or more. */
  private static final Duration TOLERANCE = SECOND.multipliedBy(10);

  private static final Duration HEALED = Duration.ofSeconds(40);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** InnoDB shows what it knew before unless nobody has asked for 100 ms. */
  private static final long LOCK_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** A database, and who opens its connections. */
  enum Kind {
    POSTGRES(false, true),
    MARIADB(false, false),
    MYSQL(false, false),
    POSTGRES_OF_SERVER(true, true),
    /** A server's data source with MySQL's own driver. */
    MYSQL_OF_SERVER(true, false);

    final boolean ofServer;
    final boolean postgres;

    Kind(boolean ofServer, boolean postgres) {
      this.ofServer = ofServer;
      this.postgres = postgres;
    }

    DatabaseSettings newDatabase() {
      return postgres
          ? Postgres.newDatabase()
          : MariaDb.newDatabase(this == MARIADB ? "mariadb" : "mysql");
    }

    String driver() {
      return postgres
          ? "org.postgresql.Driver"
          : ofServer ? "com.mysql.cj.jdbc.Driver" : "org.mariadb.jdbc.Driver";
    }

    Connection connect(DatabaseSettings settings) throws SQLException {
      return DriverManager.getConnection(
          settings.url() + (this == MYSQL ? "?permitMysqlScheme" : ""),
          settings.user(),
          settings.password());
    }

    boolean waitsForLock(Connection observer) {
      String waiting =
          postgres
              ? "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                  + " AND datname = current_database()"
              : """
              SELECT 1 FROM information_schema.innodb_trx
              JOIN information_schema.processlist ON id = trx_mysql_thread_id
              WHERE trx_state = 'LOCK WAIT' AND db = database()\
              """;
      try (Statement statement = observer.createStatement();
          ResultSet found = statement.executeQuery(waiting)) {
        return found.next();
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
  }

  private final RecordingPublicationListener received = new RecordingPublicationListener();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private @Nullable TcpProxy proxy;
  private @Nullable Broker broker;
  private Duration answered = Duration.ZERO;

  private TcpProxy open(Kind kind, DatabaseLimits limits) {
    return open(kind, kind.newDatabase(), limits);
  }

  private TcpProxy open(Kind kind, DatabaseSettings direct, DatabaseLimits limits) {
    answered = limits.call().plus(TOLERANCE);
    URI address = URI.create(direct.url().substring("jdbc:".length()));
    TcpProxy between = new TcpProxy(address.getPort());
    proxy = between;
    String url =
        direct.url().replace("localhost:" + address.getPort(), "127.0.0.1:" + proxy.port());
    DatabaseSettings settings =
        new DatabaseSettings(url, direct.user(), direct.password(), 4, limits);
    Database database = kind.ofServer ? ofServer(kind, settings) : Database.open(settings);
    opened.add(0, database);
    broker =
        new JdbcBroker(
            new JdbcBrokerSettings(PLENTY, Duration.ofMinutes(10)),
            database,
            new ManualTime(),
            received,
            Thread::new,
            Runnable::run);
    return between;
  }

  /** Opens a pool like a server's: it waits for long, and notices late what is broken. */
  private Database ofServer(Kind kind, DatabaseSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setDriverClassName(kind.driver());
    config.setJdbcUrl(settings.url());
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setMaximumPoolSize(settings.poolSize());
    config.setConnectionTimeout(Duration.ofMinutes(2).toMillis());
    config.setValidationTimeout(SECOND.multipliedBy(3).toMillis());
    HikariDataSource pool = new HikariDataSource(config);
    opened.add(0, pool);
    // else its thread that opens connections may be in the middle of it, without a limit
    await(
        "the pool is full",
        () -> pool.getHikariPoolMXBean().getTotalConnections() == settings.poolSize());
    return Database.using(pool, settings.limits(), Thread::new);
  }

  @AfterEach
  void close() throws Exception {
    if (proxy != null) {
      proxy.close();
    }
    if (broker != null) {
      broker.close();
    }
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  private Broker broker() {
    return Objects.requireNonNull(broker);
  }

  private CompletableFuture<List<AppendOutcome>> publish(String id) {
    return broker().publish(List.of(named(ORDERS, 0, id))).toCompletableFuture();
  }

  private AppendOutcome answer(CompletableFuture<List<AppendOutcome>> publishing) throws Exception {
    return publishing.get(answered.toMillis(), TimeUnit.MILLISECONDS).get(0);
  }

  private static void await(String what, BooleanSupplier condition) {
    await(what, POLL_NANOS, condition);
  }

  private static void await(String what, long pollNanos, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < HEALED.toNanos(), () -> "not in time: " + what);
      LockSupport.parkNanos(pollNanos);
    }
  }

  private boolean isAppended(String id) {
    try {
      return answer(publish(id)) instanceof AppendOutcome.Appended;
    } catch (Exception e) {
      throw new AssertionError("no answer in time", e);
    }
  }

  /** Returns once the broker has appended again; checks order, and that nothing is doubled. */
  private void assertHeals() {
    await("healed", () -> isAppended("again"));
    assertEquals(State.UP, broker().condition().state());
    assertTrue(appended(broker(), named(ORDERS, 0, "again")).duplicate());
    received.assertContiguousFromOne();
    assertEquals(received.all(), kept(broker(), ORDERS, 0));
  }

  @ParameterizedTest
  @EnumSource
  void openConnectionsAreSwallowed(Kind kind) throws Exception {
    TcpProxy between = open(kind, DatabaseLimits.DEFAULT);
    appended(broker(), named(ORDERS, 0, "before"));
    between.swallowOpen();
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("lost")));
    assertHeals();
  }

  /** The database does not know that nobody waits any more, and keeps the transaction's locks. */
  @ParameterizedTest
  @EnumSource(names = "MYSQL_OF_SERVER", mode = EnumSource.Mode.EXCLUDE) // see operations.md
  void aTransactionIsSwallowedThatHoldsTheLockOfItsStream(Kind kind) throws Exception {
    DatabaseSettings direct = kind.newDatabase();
    DatabaseLimits limits =
        new DatabaseLimits(SECOND.multipliedBy(3), SHORT.upkeep(), SHORT.connection(), SECOND);
    TcpProxy between = open(kind, direct, limits);
    appended(broker(), named(ORDERS, 0, "before"));
    CompletableFuture<List<AppendOutcome>> publishing;
    try (Connection other = kind.connect(direct)) {
      other.setAutoCommit(false);
      StreamsTable.lock(other, ORDERS);
      publishing = publish("lost");
      try (Connection observer = kind.connect(direct)) {
        await("waiting for the lock", LOCK_POLL_NANOS, () -> kind.waitsForLock(observer));
      }
      between.swallowOpen();
      other.rollback();
    }
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publishing));
    assertHeals();
  }

  @ParameterizedTest
  @EnumSource
  void everythingIsSwallowedAlsoNewConnections(Kind kind) throws Exception {
    Duration limit = SECOND.multipliedBy(4);
    TcpProxy between =
        open(kind, new DatabaseLimits(limit, SHORT.upkeep(), SHORT.connection(), SECOND));
    appended(broker(), named(ORDERS, 0, "before"));
    between.swallowAll(Direction.values());
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("lost")));
    assertEquals(State.DOWN, broker().condition().state());
    long start = System.nanoTime();
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("at once")));
    assertThrows(BrokerException.class, () -> broker().states(ORDERS, 1));
    assertTrue(System.nanoTime() - start < limit.toNanos(), "a known outage is waited for");
    between.restore();
    assertHeals();
  }

  @ParameterizedTest
  @EnumSource
  void eachAnswerIsSlow(Kind kind) throws Exception {
    TcpProxy between = open(kind, SHORT);
    appended(broker(), named(ORDERS, 0, "before"));
    between.delayAll(SHORT.call().dividedBy(2), Direction.TO_CLIENT);
    assertInstanceOf(AppendOutcome.Unavailable.class, answer(publish("slow")));
    between.restore();
    assertHeals();
  }

  @ParameterizedTest
  @EnumSource
  void readersAreRefusedInTime(Kind kind) throws Exception {
    TcpProxy between = open(kind, SHORT);
    appended(broker(), named(ORDERS, 0, "before"));
    between.swallowOpen();
    CompletableFuture<Void> reading =
        CompletableFuture.runAsync(
            () -> assertThrows(BrokerException.class, () -> broker().states(ORDERS, 1)));
    reading.get(answered.toMillis(), TimeUnit.MILLISECONDS);
    assertHeals();
  }
}
