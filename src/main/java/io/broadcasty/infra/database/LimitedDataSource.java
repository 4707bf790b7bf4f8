package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import javax.sql.DataSource;

/** A data source whose connections break unless they are closed within a limit. */
@ThreadSafe
final class LimitedDataSource extends DelegatingDataSource {

  private final Duration limit;
  private final ConnectionWatch watch;
  private final Ticker ticker = Ticker.system();

  /**
   * Creates a data source.
   *
   * @param limit from asking for a connection to its return
   */
  LimitedDataSource(DataSource target, Duration limit, ConnectionWatch watch) {
    super(target);
    this.limit = limit;
    this.watch = watch;
  }

  @Override
  public Connection getConnection() throws SQLException {
    long start = ticker.readNanos();
    Connection connection = targetConnection();
    Duration left = limit.minusNanos(ticker.readNanos() - start);
    if (left.isNegative() || left.isZero()) {
      connection.close(); // it is good, but nobody waits for it any more
      throw new SQLTransientConnectionException("there was no connection in time", "08001");
    }
    return watch.watch(connection, left);
  }
}
