package io.broadcasty.infra.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/** A data source that a test can make unreachable. */
public final class UnreachableDataSource extends DataSourceWrapper {

  private volatile CountDownLatch refused = new CountDownLatch(1);
  private volatile boolean cut;

  public UnreachableDataSource(DataSource real) {
    super(real);
  }

  /** Makes the database unreachable, and returns once a caller has been refused. */
  public void makeUnreachable() {
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

  public void makeReachable() {
    cut = false;
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (cut) {
      refused.countDown();
      throw new SQLException("scripted: the database is unreachable", "08001");
    }
    return real.getConnection();
  }
}
