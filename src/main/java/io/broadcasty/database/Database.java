package io.broadcasty.database;

import com.google.errorprone.annotations.ThreadSafe;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

/**
 * The database with its schema brought up to date.
 *
 * <p>Connections come with whatever isolation and commit mode the data source gives; users set what
 * they need.
 */
@ThreadSafe
public final class Database implements AutoCloseable {

  private static final long CONNECTION_TIMEOUT_MILLIS = 5_000;

  private final DataSource dataSource;
  private final Dialect dialect;
  private final AutoCloseable owned;

  private Database(DataSource dataSource, AutoCloseable owned) throws SQLException {
    this.dataSource = dataSource;
    this.owned = owned;
    try (Connection connection = dataSource.getConnection()) {
      dialect = Dialect.of(connection);
      dialect.prepare(connection);
    }
    migrate(dataSource, dialect);
  }

  /**
   * Opens a pool of its own and migrates. {@link #close} ends the pool.
   *
   * @throws IllegalArgumentException when the URL names no supported database
   * @throws DatabaseException when the database cannot be reached or migrated
   */
  public static Database open(DatabaseSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("broadcasty");
    config.setDriverClassName(Dialect.driverFor(settings.url()));
    config.setJdbcUrl(Dialect.forDriver(withOwnClose(settings.url())));
    config.setUsername(settings.user());
    config.setPassword(settings.password() == null ? "" : settings.password());
    config.setMaximumPoolSize(settings.poolSize());
    config.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
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
   * Uses a data source that belongs to somebody else, the container's say, and migrates. {@link
   * #close} leaves it open.
   *
   * @throws DatabaseException as {@link #open}
   */
  public static Database over(DataSource dataSource) {
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
   * Gives up the connections of a pool of its own once they are given back: after a fault each of
   * them may be broken, or lead to a server that is not in charge any more. An embedded H2 that has
   * closed itself opens its file again when the last of them has gone.
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
    refuseANewerSchema(flyway);
    flyway.migrate();
    if (flyway.info().applied().length == 0
        || flyway.info().current().getVersion() == null
        || "0".equals(flyway.info().current().getVersion().getVersion())) {
      throw new IllegalStateException("no migration was found in db/migration");
    }
  }

  /** Flyway would go on, and the WAR would meet tables it does not know. */
  private static void refuseANewerSchema(Flyway flyway) {
    for (MigrationInfo migration : flyway.info().all()) {
      if (migration.getState() == MigrationState.FUTURE_SUCCESS) {
        throw new IllegalStateException(
            "the schema has version "
                + migration.getVersion()
                + " and is newer than this Broadcasty; deploy the version that made it, or a later"
                + " one, or restore a backup from before");
      }
    }
  }

  /**
   * H2 would close an embedded database at the first sign of the process's end, while publications
   * are still being completed. With AUTO_SERVER it does not take the setting.
   */
  private static String withOwnClose(String url) {
    String settings = url.toUpperCase(Locale.ROOT);
    boolean settled =
        settings.contains("DB_CLOSE_ON_EXIT") || settings.contains("AUTO_SERVER=TRUE");
    return url.startsWith("jdbc:h2:") && !settled ? url + ";DB_CLOSE_ON_EXIT=FALSE" : url;
  }
}
