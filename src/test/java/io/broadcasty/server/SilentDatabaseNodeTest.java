package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.broadcasty.TcpProxy;
import io.broadcasty.admin.NodeHealth;
import io.broadcasty.admin.tenant.TenantOutcome;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.jwt.Issuers;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.MariaDb;
import io.broadcasty.infra.database.Postgres;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.health.NodeChecks;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.wire.Problem;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.naming.spi.InitialContextFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests what publishers, operators and the health checks of a whole node are answered while its
 * database is behind a line that swallows.
 */
@Tag("stores")
@Execution(ExecutionMode.CONCURRENT) // most of it is waiting
class SilentDatabaseNodeTest {

  /** 5 s, on a loaded machine; without a limit, an answer takes a minute or more. */
  private static final Duration ANSWERED = Duration.ofSeconds(20);

  /** Less than the 5 s after which an answer is no longer waited for. */
  private static final Duration AT_ONCE = Duration.ofSeconds(4);

  private static final long HEALED_NANOS = TimeUnit.SECONDS.toNanos(40);
  private static final AtomicInteger DATA_SOURCES = new AtomicInteger();

  /** A database, and who opens its connections. */
  enum Kind {
    POSTGRES(false),
    MARIADB(false),
    POSTGRES_OF_SERVER(true),
    MARIADB_OF_SERVER(true);

    private final boolean ofServer;

    Kind(boolean ofServer) {
      this.ofServer = ofServer;
    }

    DatabaseSettings newDatabase() {
      return this == POSTGRES || this == POSTGRES_OF_SERVER
          ? Postgres.newDatabase()
          : MariaDb.newDatabase("mariadb");
    }
  }

  /** The JNDI of a server. */
  public static final class DataSources implements InitialContextFactory {

    private static final Map<String, Object> BY_NAME = new ConcurrentHashMap<>();

    @Override
    public Context getInitialContext(Hashtable<?, ?> environment) throws NamingException {
      return new InitialContext(true) {
        @Override
        public @Nullable Object lookup(String name) {
          return BY_NAME.get(name.substring(name.lastIndexOf('/') + 1));
        }
      };
    }
  }

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void openDirectory() {
    System.setProperty(Context.INITIAL_CONTEXT_FACTORY, DataSources.class.getName());
  }

  @AfterAll
  static void closeDirectory() {
    System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
    DataSources.BY_NAME.clear();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void openConnectionsAreSwallowed(Kind kind) throws Exception {
    DatabaseSettings direct = kind.newDatabase();
    int port = URI.create(direct.url().substring("jdbc:".length())).getPort();
    TcpProxy line = new TcpProxy(port);
    opened.add(line);
    Node node = WholeNode.open(settings(kind, direct, port, line), dir);
    opened.add(0, node);
    assertNull(publish(node));
    assertTrue(isReady(node));
    assertInstanceOf(TenantOutcome.Page.class, tenants(node)); // starts the provider

    line.swallowOpen();
    // with a server's pool: refused, or served by a connection that it has opened since
    CompletableFuture<Duration> administration = request(node, TenantOutcome.class);
    long start = System.nanoTime();
    Problem problem = publish(node);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(ANSWERED) < 0, "answered after " + took);
    assertAnswered(administration);
    if (!kind.ofServer) {
      assertNotNull(problem);
    }
    if (problem != null) {
      assertEquals(503, problem.code().httpStatus());
      assertNotNull(problem.retryAfter());
    }
    await("service again", () -> publish(node) == null);
    await("readiness", () -> isReady(node));
    await("tenants again", () -> tenants(node) instanceof TenantOutcome.Page);
  }

  @ParameterizedTest
  @EnumSource
  void everythingIsSwallowed(Kind kind) throws Exception {
    DatabaseSettings direct = kind.newDatabase();
    int port = URI.create(direct.url().substring("jdbc:".length())).getPort();
    TcpProxy line = new TcpProxy(port);
    opened.add(line);
    Node node = WholeNode.open(settings(kind, direct, port, line), dir);
    opened.add(0, node);
    assertNull(publish(node));

    line.swallowAll(TcpProxy.Direction.values());
    CompletableFuture<Duration> administration = // the provider has not started
        request(node, TenantOutcome.Unavailable.class);
    Problem problem = publish(node);
    assertNotNull(problem);
    assertEquals(503, problem.code().httpStatus());
    long start = System.nanoTime();
    assertTrue(!isReady(node), "it is ready without its store");
    assertNotNull(publish(node));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(AT_ONCE) < 0, "a known outage took " + took);
    assertAnswered(administration);
    assertAnswered(request(node, TenantOutcome.Unavailable.class));

    line.restore();
    await("service again", () -> publish(node) == null);
    await("readiness", () -> isReady(node));
    await("tenants again", () -> tenants(node) instanceof TenantOutcome.Page);
  }

  private static TenantOutcome tenants(Node node) {
    return node.administrations().tenants().list(null, 10);
  }

  /** Asks for the tenants on another thread, for this answer; returns how long that takes. */
  private static CompletableFuture<Duration> request(
      Node node, Class<? extends TenantOutcome> answer) {
    return CompletableFuture.supplyAsync(
        () -> {
          long start = System.nanoTime();
          assertInstanceOf(answer, tenants(node));
          return Duration.ofNanos(System.nanoTime() - start);
        },
        task -> new Thread(task, "operator").start());
  }

  private static void assertAnswered(CompletableFuture<Duration> request) throws Exception {
    Duration took = request.get(60, TimeUnit.SECONDS);
    assertTrue(took.compareTo(ANSWERED) < 0, "an operator was answered after " + took);
  }

  private Map<String, String> settings(
      Kind kind, DatabaseSettings direct, int port, TcpProxy line) {
    String url = direct.url().replace("localhost:" + port, "127.0.0.1:" + line.port());
    if (!kind.ofServer) {
      return Map.of(
          "broadcasty.replay.store",
          "database",
          "broadcasty.db.url",
          url,
          "broadcasty.db.user",
          direct.user(),
          "broadcasty.db.password",
          String.valueOf(direct.password()));
    }
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(direct.user());
    config.setPassword(direct.password());
    config.setMaximumPoolSize(4);
    config.setConnectionTimeout(TimeUnit.MINUTES.toMillis(2)); // a server's pool waits for long
    config.setValidationTimeout(TimeUnit.SECONDS.toMillis(3));
    HikariDataSource pool = new HikariDataSource(config);
    opened.add(0, pool);
    await("the pool is full", () -> pool.getHikariPoolMXBean().getTotalConnections() == 4);
    String name = "broadcasty" + DATA_SOURCES.incrementAndGet();
    DataSources.BY_NAME.put(name, pool);
    return Map.of(
        "broadcasty.replay.store", "database", "broadcasty.db.datasource", "jdbc/" + name);
  }

  /** Publishes as an HTTP request does; returns the problem that it is answered, if any. */
  private static @Nullable Problem publish(Node node) {
    Instant now = Instant.now();
    Caller publisher =
        new Caller(
            new TenantId("acme"),
            "back end",
            Set.of("publisher"),
            now,
            now.plusSeconds(600),
            Map.of(),
            "token of a back end");
    PublishRequest request =
        new PublishRequest(new ChannelName("orders"), null, null, Message.of("1"));
    try {
      return ProblemMapper.problem(
          node.context()
              .publish()
              .publish(publisher, List.of(request))
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS)
              .get(0));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isReady(Node node) {
    NodeChecks checks =
        new NodeChecks(
            new Startup() {
              @Override
              public Node node() {
                return node;
              }

              @Override
              public boolean isStarted() {
                return true;
              }

              @Override
              public Settings settings() {
                return WholeNode.defaults();
              }

              @Override
              public Issuers issuers() {
                return new Issuers(null, List.of(), WallClock.system(), Ticker.system());
              }
            });
    return checks.checks().stream()
        .filter(check -> check.name().endsWith("ready"))
        .allMatch(NodeHealth.Check::up);
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < HEALED_NANOS, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }
}
