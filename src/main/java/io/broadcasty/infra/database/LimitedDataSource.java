package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A data source whose connections break unless they are closed within a limit. */
@ThreadSafe
final class LimitedDataSource implements DataSource {

  private final DataSource target;
  private final Duration limit;
  private final ConnectionWatch watch;
  private final Ticker ticker = Ticker.system();

  /**
   * Creates a data source.
   *
   * @param limit from asking for a connection to its return
   */
  LimitedDataSource(DataSource target, Duration limit, ConnectionWatch watch) {
    this.target = target;
    this.limit = limit;
    this.watch = watch;
  }

  @Override
  public Connection getConnection() throws SQLException {
    long start = ticker.readNanos();
    Connection connection = target.getConnection();
    Duration left = limit.minusNanos(ticker.readNanos() - start);
    if (left.isNegative() || left.isZero()) {
      connection.close(); // it is good, but nobody waits for it any more
      throw new SQLTransientConnectionException("there was no connection in time", "08001");
    }
    return watch.watch(connection, left);
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("the data source knows its user");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return target.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return target.isWrapperFor(type);
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return target.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    target.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    target.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return target.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return target.getParentLogger();
  }
}
