package io.broadcasty.database;

import com.zaxxer.hikari.HikariDataSource;

/**
 * A new database in MySQL's dialect, through a data source with MySQL's own driver; on a MariaDB,
 * since no MySQL can be had from Maven or Debian.
 */
public final class MySqlDriver implements AutoCloseable {

  private final HikariDataSource pool = new HikariDataSource();

  public MySqlDriver() {
    DatabaseSettings settings = MariaDb.newDatabase("mysql");
    pool.setDriverClassName("com.mysql.cj.jdbc.Driver");
    pool.setJdbcUrl(settings.url());
    pool.setUsername(settings.user());
    pool.setPassword(settings.password());
  }

  /** The same one, with what it holds, each time. */
  public Database open() {
    return Database.over(pool);
  }

  @Override
  public void close() {
    pool.close();
  }
}
