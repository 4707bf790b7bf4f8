package io.broadcasty.server.stores;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.infra.database.ApplicationPool;
import io.broadcasty.outbox.OutboxSource;
import io.broadcasty.outbox.jdbc.OutboxConnections;
import java.sql.Connection;
import java.sql.SQLException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Connects to the database of an application: by a data source of the server, or by a URL. */
@ThreadSafe
public final class ApplicationDataSource implements OutboxConnections {

  private static final DataSourceFinder.JndiLookup NAMES = InitialContext::doLookup;

  private final OutboxSource source;
  private final @Nullable ApplicationPool pool;
  private volatile @Nullable DataSource found;

  private ApplicationDataSource(OutboxSource source, @Nullable ApplicationPool pool) {
    this.source = source;
    this.pool = pool;
  }

  /**
   * Opens the way to a source, and looks up the data source if it is there, since the server's
   * names may be known to the thread of the start only.
   */
  public static ApplicationDataSource of(OutboxSource source) {
    String url = source.url();
    ApplicationDataSource opened =
        new ApplicationDataSource(
            source,
            url == null
                ? null
                : new ApplicationPool(
                    "broadcasty-outbox-" + source.id(),
                    url,
                    source.user(),
                    source.password() == null ? "" : source.password()));
    if (url == null) {
      try {
        opened.found = lookUp(String.valueOf(source.dataSource()));
      } catch (NamingException e) {
        opened.found = null; // the reader looks again, and says what is missing
      }
    }
    return opened;
  }

  private static @Nullable DataSource lookUp(String name) throws NamingException {
    return NAMES.lookup(name) instanceof DataSource bound ? bound : null;
  }

  @Override
  public Connection open() throws SQLException {
    return pool == null ? dataSource().getConnection() : pool.getConnection();
  }

  private DataSource dataSource() throws SQLException {
    DataSource known = found;
    if (known != null) {
      return known;
    }
    NamingException reason = null;
    try {
      known = lookUp(String.valueOf(source.dataSource()));
    } catch (NamingException e) {
      reason = e;
    }
    if (known == null) {
      throw new SQLException(
          "the server has no data source "
              + source.dataSource()
              + "; create it, or set broadcasty.outbox."
              + source.id()
              + ".datasource to the JNDI name of the one to use",
          reason);
    }
    found = known;
    return known;
  }

  /** Those of the server's data source are for others too. */
  @Override
  public boolean mayKeepOne() {
    return pool != null;
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.close();
    }
  }
}
