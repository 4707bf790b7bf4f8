package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A small pool of connections to the database of an application, whose schema is the application's.
 * It is opened without asking the database, so that this may start later.
 */
@ThreadSafe
public final class ApplicationPool implements AutoCloseable {

  /** The time for the answer to a statement, after which the connection is broken. */
  public static final Duration ANSWER = Duration.ofSeconds(30);

  private static final int CONNECTIONS = 3;
  private static final long IDLE_MILLIS = Duration.ofMinutes(1).toMillis();

  @SuppressWarnings("ThreadSafe") // any thread may use it
  private final HikariDataSource pool;

  /**
   * Opens a pool.
   *
   * @param name of the pool, for its log messages
   * @throws IllegalArgumentException when the URL names no supported database
   */
  public ApplicationPool(String name, String url, String user, String password) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDriverClassName(Dialect.driverFor(url));
    config.setJdbcUrl(Dialect.forDriver(url));
    config.setUsername(user);
    config.setPassword(password);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(0);
    config.setIdleTimeout(IDLE_MILLIS);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(DatabaseLimits.DEFAULT.connection().toMillis());
    DriverLimits.limitAnswers(config, url, ANSWER);
    this.pool = new HikariDataSource(config);
  }

  /** Returns a connection of the pool. */
  public Connection getConnection() throws SQLException {
    return pool.getConnection();
  }

  @Override
  public void close() {
    pool.close();
  }
}
