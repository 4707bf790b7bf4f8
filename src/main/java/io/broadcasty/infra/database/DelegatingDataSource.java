package io.broadcasty.infra.database;

import com.google.errorprone.annotations.ThreadSafe;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Delegates to a data source, except for connections, which a subclass limits. */
@ThreadSafe
public abstract class DelegatingDataSource implements DataSource {

  private final DataSource target;

  /** Creates a data source that answers what the target answers. */
  protected DelegatingDataSource(DataSource target) {
    this.target = target;
  }

  /** Returns a connection of the target, without a limit. */
  protected final Connection targetConnection() throws SQLException {
    return target.getConnection();
  }

  @Override
  public final Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("the data source knows its user");
  }

  @Override
  public final <T> T unwrap(Class<T> type) throws SQLException {
    return target.unwrap(type);
  }

  @Override
  public final boolean isWrapperFor(Class<?> type) throws SQLException {
    return target.isWrapperFor(type);
  }

  @Override
  public final PrintWriter getLogWriter() throws SQLException {
    return target.getLogWriter();
  }

  @Override
  public final void setLogWriter(PrintWriter out) throws SQLException {
    target.setLogWriter(out);
  }

  @Override
  public final void setLoginTimeout(int seconds) throws SQLException {
    target.setLoginTimeout(seconds);
  }

  @Override
  public final int getLoginTimeout() throws SQLException {
    return target.getLoginTimeout();
  }

  @Override
  public final Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return target.getParentLogger();
  }
}
