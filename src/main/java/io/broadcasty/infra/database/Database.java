package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.broadcasty.core.time.RemoteClock;
import io.broadcasty.core.time.Ticker;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/**
 * A connection pool to the relational database, whose schema is migrated when it is opened.
 *
 * <p>Connections have the isolation and commit mode of the data source; users set what they need.
 */
@ThreadSafe
public final class Database implements AutoCloseable {

  private static final long H2_CONNECTION_TIMEOUT_MILLIS = 5_000;

  /** The most connections with which a schema is migrated. */
  private static final int MIGRATION_POOL = 4;

  private final DataSource source;
  private final @Nullable HikariDataSource pool;
  private final DatabaseLimits limits;
  private final Dialect dialect;
  private final @Nullable ConnectionWatch watch;
  private final @Nullable BoundedCalls calls;
  private final DataSource forCalls;
  private final DataSource forUpkeep;
  private final RemoteClock clock;

  private Database(
      DataSource source,
      @Nullable HikariDataSource pool,
      DatabaseLimits limits,
      ThreadFactory threads)
      throws SQLException {
    this.source = source;
    this.pool = pool;
    this.limits = limits;
    boolean inProcess;
    boolean driverCanBreak;
    try (Connection connection = source.getConnection()) {
      dialect = Dialect.of(connection);
      dialect.prepare(connection);
      inProcess = Dialect.isInProcess(connection);
      driverCanBreak = dialect != Dialect.H2;
    }
    this.watch = inProcess ? null : watch(pool);
    this.calls = inProcess || (pool != null && driverCanBreak) ? null : new BoundedCalls(threads);
    this.forCalls = limited(limits.call());
    this.forUpkeep = limited(limits.upkeep());
    this.clock = new RemoteClock(this::readClock, Ticker.system());
  }

  private static ConnectionWatch watch(@Nullable HikariDataSource pool) {
    return pool == null
        ? new ConnectionWatch(connection -> {}, true)
        : new ConnectionWatch(pool::evictConnection, false);
  }

  private DataSource limited(Duration limit) {
    return watch == null ? source : new LimitedDataSource(source, limit, watch);
  }

  /**
   * Opens a pool and migrates the schema. {@link #close} closes the pool.
   *
   * @throws IllegalArgumentException when the URL names no supported database
   * @throws DatabaseException when the database cannot be reached or migrated
   */
  public static Database open(DatabaseSettings settings) {
    return open(settings, true);
  }

  /**
   * Opens a pool and leaves the schema as it is, for those who examine the database.
   *
   * @throws IllegalArgumentException when the URL names no supported database
   * @throws DatabaseException when the database cannot be reached
   */
  static Database openUnchanged(DatabaseSettings settings) {
    return open(settings, false);
  }

  private static Database open(DatabaseSettings settings, boolean migrates) {
    HikariConfig config = config(settings, "broadcasty");
    config.setMaximumPoolSize(settings.poolSize());
    if (settings.url().startsWith("jdbc:h2:")) {
      config.setConnectionTimeout(H2_CONNECTION_TIMEOUT_MILLIS);
    } else {
      DriverLimits.limitCalls(config, settings.url(), settings.limits());
    }
    HikariDataSource pool;
    try {
      pool = new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new DatabaseException("the database cannot be reached", e);
    }
    try {
      Database database = new Database(pool, pool, settings.limits(), Database::thread);
      if (migrates) {
        database.migrate(settings);
      }
      return database;
    } catch (SQLException | RuntimeException e) {
      pool.close();
      throw new DatabaseException("the database cannot be prepared", e);
    }
  }

  private static HikariConfig config(DatabaseSettings settings, String name) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDriverClassName(Dialect.driverFor(settings.url()));
    config.setJdbcUrl(Dialect.forDriver(withoutCloseOnExit(settings.url())));
    config.setUsername(settings.user());
    config.setPassword(settings.password() == null ? "" : settings.password());
    config.setExceptionOverride(new BrokenConnections());
    return config;
  }

  /**
   * Migrates by connections of their own, whose sessions have no limits: a migration may take long,
   * and keeps a transaction open meanwhile.
   */
  private void migrate(DatabaseSettings settings) throws SQLException {
    if (dialect == Dialect.H2) {
      migrate(source, dialect);
      return;
    }
    HikariConfig config = config(settings, "broadcasty-migration");
    config.setMaximumPoolSize(MIGRATION_POOL);
    config.setMinimumIdle(0);
    DriverLimits.limitConnecting(config, settings.url(), settings.limits());
    try (HikariDataSource unlimited = new HikariDataSource(config)) {
      migrate(unlimited, dialect);
    }
  }

  /**
   * Uses an external data source, such as the container's, and migrates the schema. {@link #close}
   * leaves it open.
   *
   * @throws DatabaseException as {@link #open}
   */
  public static Database using(DataSource dataSource) {
    return using(dataSource, DatabaseLimits.DEFAULT, Database::thread);
  }

  /**
   * Uses an external data source as {@link #using(DataSource)} does.
   *
   * @param threads creates the threads that ask the data source, whose own limits are unknown; one
   *     that hangs is left behind
   */
  public static Database using(
      DataSource dataSource, DatabaseLimits limits, ThreadFactory threads) {
    try {
      Database database = new Database(dataSource, null, limits, threads);
      migrate(dataSource, database.dialect);
      return database;
    } catch (SQLException | RuntimeException e) {
      throw new DatabaseException("the database cannot be prepared", e);
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "broadcasty-db");
    thread.setDaemon(true);
    return thread;
  }

  /** Returns connections that break unless they are closed within the limit of a call. */
  public DataSource dataSource() {
    return forCalls;
  }

  /** Returns connections that break unless they are closed within the limit of upkeep. */
  DataSource upkeepDataSource() {
    return forUpkeep;
  }

  /** Returns the time limits of what is asked of this database. */
  public DatabaseLimits limits() {
    return limits;
  }

  /**
   * Has PostgreSQL limit a transaction on a connection of an external data source, whose sessions
   * are not ours to set. MySQL and MariaDB have no such limits for a single transaction.
   */
  void limitTransaction(Connection connection) throws SQLException {
    if (pool == null && dialect == Dialect.POSTGRESQL) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(DriverLimits.postgres("SET LOCAL", limits));
      }
    }
  }

  /**
   * Runs a call within a limit: on this thread if connections are sure to break then, else on one
   * that is left behind.
   *
   * @param abandoned called when the call is left behind
   */
  <T> T run(Transactions.Call<T> call, Duration limit, Runnable abandoned) throws SQLException {
    BoundedCalls bounded = calls;
    return bounded == null ? call.run() : bounded.run(call, limit, abandoned);
  }

  public Dialect dialect() {
    return dialect;
  }

  /**
   * Returns the database's own clock, by which everything is measured that nodes share in it.
   * Refreshing it may block, and fails with a {@link DatabaseException}.
   */
  public RemoteClock clock() {
    return clock;
  }

  private long readClock() {
    try {
      return run(this::queryClock, limits.call(), () -> {});
    } catch (SQLException e) {
      throw new DatabaseException("the database's clock cannot be read", e);
    }
  }

  private long queryClock() throws SQLException {
    try (Connection connection = forCalls.getConnection()) {
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement();
          ResultSet time = statement.executeQuery(dialect.clockQuery())) {
        time.next();
        return time.getBigDecimal(1).longValue();
      }
    }
  }

  /**
   * Closes the connections of a pool of its own when they are returned: after a fault each may be
   * broken, or lead to a server that is no longer the primary. An embedded H2 that has closed
   * itself reopens its file once the last of them is closed.
   */
  public void dropConnections() {
    if (pool != null && pool.getHikariPoolMXBean() != null) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }

  @Override
  public void close() {
    if (calls != null) {
      calls.close();
    }
    if (pool != null) {
      pool.close();
    }
    if (watch != null) {
      watch.close();
    }
  }

  /**
   * Returns how the schema compares with that of this release.
   *
   * @throws DatabaseException when it cannot be read
   */
  public SchemaState schema() {
    try {
      return SchemaState.of(flyway(source, dialect).info());
    } catch (SQLException | FlywayException e) {
      throw new DatabaseException("the schema cannot be read", e);
    }
  }

  private static Flyway flyway(DataSource dataSource, Dialect dialect) throws SQLException {
    Map<String, String> placeholders;
    try (Connection connection = dataSource.getConnection()) {
      placeholders = dialect.placeholders(connection);
    }
    return Flyway.configure(Database.class.getClassLoader())
        .dataSource(dataSource)
        .locations("classpath:db/migration")
        .table("broadcasty_schema")
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .placeholders(placeholders)
        .load();
  }

  private static void migrate(DataSource dataSource, Dialect dialect) throws SQLException {
    Flyway flyway = flyway(dataSource, dialect);
    rejectNewerSchema(flyway);
    flyway.migrate();
    if (flyway.info().applied().length == 0
        || flyway.info().current().getVersion() == null
        || "0".equals(flyway.info().current().getVersion().getVersion())) {
      throw new IllegalStateException("the WAR contains no migration in db/migration");
    }
  }

  /**
   * Rejects a schema newer than this version. Flyway would accept it, and the WAR would meet
   * unknown tables.
   */
  private static void rejectNewerSchema(Flyway flyway) {
    String newer = SchemaState.of(flyway.info()).newer();
    if (newer != null) {
      throw new IllegalStateException(
          "the database schema has version "
              + newer
              + ", which is newer than this release of Broadcasty; deploy the release that created"
              + " it, or a later one, or restore a backup from before");
    }
  }

  /**
   * Keeps H2 from closing an embedded database at the first signal to stop the process, while
   * publications are still being completed. H2 rejects the setting together with AUTO_SERVER.
   */
  private static String withoutCloseOnExit(String url) {
    String settings = url.toUpperCase(Locale.ROOT);
    boolean settled =
        settings.contains("DB_CLOSE_ON_EXIT") || settings.contains("AUTO_SERVER=TRUE");
    return url.startsWith("jdbc:h2:") && !settled ? url + ";DB_CLOSE_ON_EXIT=FALSE" : url;
  }
}
