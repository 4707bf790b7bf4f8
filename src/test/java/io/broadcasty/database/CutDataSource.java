package io.broadcasty.database;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A data source that a test can take away. */
public final class CutDataSource implements DataSource {

  private final DataSource real;
  private volatile CountDownLatch refused = new CountDownLatch(1);
  private volatile boolean cut;

  public CutDataSource(DataSource real) {
    this.real = real;
  }

  /** Returns once somebody has been refused. */
  public void cut() {
    refused = new CountDownLatch(1);
    cut = true;
    try {
      if (!refused.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody asks for a connection");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public void heal() {
    cut = false;
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (cut) {
      refused.countDown();
      throw new SQLException("scripted: the database is away", "08001");
    }
    return real.getConnection();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return real.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    real.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    real.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return real.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return real.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return real.isWrapperFor(type);
  }
}
