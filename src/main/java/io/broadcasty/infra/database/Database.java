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
import java.util.Locale;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

/**
 * A connection pool to the relational database, whose schema is migrated when it is opened.
 *
 * <p>Connections have the isolation and commit mode of the data source; users set what they need.
 */
@ThreadSafe
public final class Database implements AutoCloseable {

  private static final long CONNECTION_TIMEOUT_MILLIS = 5_000;

  private final DataSource dataSource;
  private final Dialect dialect;
  private final AutoCloseable owned;
  private final RemoteClock clock;

  private Database(DataSource dataSource, AutoCloseable owned) throws SQLException {
    this.dataSource = dataSource;
    this.owned = owned;
    try (Connection connection = dataSource.getConnection()) {
      dialect = Dialect.of(connection);
      dialect.prepare(connection);
    }
    migrate(dataSource, dialect);
    clock = new RemoteClock(this::readClock, Ticker.system());
  }

  /**
   * Opens a pool and migrates the schema. {@link #close} closes the pool.
   *
   * @throws IllegalArgumentException when the URL names no supported database
   * @throws DatabaseException when the database cannot be reached or migrated
   */
  public static Database open(DatabaseSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("broadcasty");
    config.setDriverClassName(Dialect.driverFor(settings.url()));
    config.setJdbcUrl(Dialect.forDriver(withoutCloseOnExit(settings.url())));
    config.setUsername(settings.user());
    config.setPassword(settings.password() == null ? "" : settings.password());
    config.setMaximumPoolSize(settings.poolSize());
    config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
    config.setExceptionOverride(new BrokenConnections());
    HikariDataSource pool;
    try {
      pool = new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new DatabaseException("the database cannot be reached", e);
    }
    try {
      return new Database(pool, pool);
    } catch (SQLException | RuntimeException e) {
      pool.close();
      throw new DatabaseException("the database cannot be prepared", e);
    }
  }

  /**
   * Uses an external data source, such as the container's, and migrates the schema. {@link #close}
   * leaves it open.
   *
   * @throws DatabaseException as {@link #open}
   */
  public static Database using(DataSource dataSource) {
    try {
      return new Database(dataSource, () -> {});
    } catch (SQLException | RuntimeException e) {
      throw new DatabaseException("the database cannot be prepared", e);
    }
  }

  public DataSource dataSource() {
    return dataSource;
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
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement();
          ResultSet time = statement.executeQuery(dialect.clockQuery())) {
        time.next();
        return time.getBigDecimal(1).longValue();
      }
    } catch (SQLException e) {
      throw new DatabaseException("the database's clock cannot be read", e);
    }
  }

  /**
   * Closes the connections of a pool of its own when they are returned: after a fault each may be
   * broken, or lead to a server that is no longer the primary. An embedded H2 that has closed
   * itself reopens its file once the last of them is closed.
   */
  public void dropConnections() {
    if (owned instanceof HikariDataSource pool && pool.getHikariPoolMXBean() != null) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }

  @Override
  public void close() {
    try {
      owned.close();
    } catch (Exception e) {
      throw new DatabaseException("the database cannot be closed", e);
    }
  }

  private static void migrate(DataSource dataSource, Dialect dialect) {
    Flyway flyway =
        Flyway.configure(Database.class.getClassLoader())
            .dataSource(dataSource)
            .locations("classpath:db/migration")
            .table("broadcasty_schema")
            .baselineOnMigrate(true)
            .baselineVersion("0")
            .placeholders(dialect.placeholders())
            .load();
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
    for (MigrationInfo migration : flyway.info().all()) {
      if (migration.getState() == MigrationState.FUTURE_SUCCESS) {
        throw new IllegalStateException(
            "the database schema has version "
                + migration.getVersion()
                + ", which is newer than this release of Broadcasty; deploy the release that"
                + " created it, or a later one, or restore a backup from before");
      }
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
