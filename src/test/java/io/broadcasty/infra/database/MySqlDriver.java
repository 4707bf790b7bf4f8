package io.broadcasty.infra.database;

import com.zaxxer.hikari.HikariDataSource;

/**
 * A new database in MySQL's dialect, through a data source with MySQL's own driver. It runs on
 * MariaDB, since neither Maven nor Debian provides MySQL.
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

  /** Opens the same database each time, with its data. */
  public Database open() {
    return Database.using(pool);
  }

  @Override
  public void close() {
    pool.close();
  }
}
