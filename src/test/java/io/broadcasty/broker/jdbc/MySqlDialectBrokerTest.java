package io.broadcasty.broker.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.database.MariaDb;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/**
 * MySQL's dialect, through a data source with MySQL's own driver; on a MariaDB, since no MySQL can
 * be had from Maven or Debian.
 */
@Tag("stores")
class MySqlDialectBrokerTest extends JdbcBrokerTest {

  private @Nullable HikariDataSource pool;
  private final DatabaseSettings settings = MariaDb.newDatabase("mysql");

  @Override
  protected Database database() {
    pool = new HikariDataSource();
    pool.setDriverClassName("com.mysql.cj.jdbc.Driver");
    pool.setJdbcUrl(settings.url());
    pool.setUsername(settings.user());
    pool.setPassword(settings.password());
    return Database.over(pool);
  }

  @AfterEach
  @Override
  protected void closeAll() {
    super.closeAll();
    if (pool != null) {
      pool.close();
    }
  }
}
