package io.broadcasty.server.stores;

import io.broadcasty.core.time.Ticker;
import io.broadcasty.server.config.ConfigKeys;
import io.broadcasty.server.config.InvalidConfigurationException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds the server's data source by its JNDI name, and retries for up to 10 seconds.
 *
 * <p>Servers start data sources and applications at the same time, and the WAR declares no data
 * source reference because most installations have none. A missing data source may therefore appear
 * a moment later.
 */
final class DataSourceFinder {

  private static final System.Logger LOG = System.getLogger(DataSourceFinder.class.getName());
  private static final Duration TIMEOUT = StoreConnections.DATA_SOURCE_TIMEOUT;
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final JndiLookup jndi;
  private final Ticker ticker;
  private final Pause pause;

  /** Looks up names in the server's JNDI. */
  interface JndiLookup {

    /**
     * Returns the object bound to a name; may be null.
     *
     * @throws NamingException when no object is bound, or it cannot be created
     */
    @Nullable Object lookup(String name) throws NamingException;
  }

  /** Waits between two attempts. */
  interface Pause {
    void sleep(Duration length);
  }

  DataSourceFinder(JndiLookup names, Ticker ticker, Pause pause) {
    this.jndi = names;
    this.ticker = ticker;
    this.pause = pause;
  }

  /** Creates a finder that uses the JNDI of this server. */
  static DataSourceFinder ofServer(Ticker ticker) {
    return new DataSourceFinder(
        InitialContext::doLookup, ticker, length -> LockSupport.parkNanos(length.toNanos()));
  }

  /**
   * Returns the data source of this name; retries for up to 10 s while there is none.
   *
   * @throws InvalidConfigurationException when there is none, or the name is bound to something
   *     else
   */
  DataSource find(String name) {
    long start = ticker.readNanos();
    while (true) {
      try {
        Object found = jndi.lookup(name);
        if (found instanceof DataSource dataSource) {
          LOG.log(Level.INFO, () -> "data source: " + name);
          return dataSource;
        }
        if (found != null) {
          throw fault("`" + name + "` is not bound to a javax.sql.DataSource");
        }
        failAfterTimeout(start, name, null);
      } catch (NamingException e) {
        failAfterTimeout(start, name, e);
      }
      pause.sleep(PAUSE);
    }
  }

  private void failAfterTimeout(long start, String name, @Nullable NamingException reason) {
    if (ticker.readNanos() - start >= TIMEOUT.toNanos()) {
      String detail = reason == null ? "" : " (" + reason + ")";
      throw fault("the server has no data source `" + name + "`" + detail);
    }
  }

  private static InvalidConfigurationException fault(String what) {
    return new InvalidConfigurationException(
        List.of(
            ConfigKeys.DB_DATASOURCE.name()
                + " (or "
                + ConfigKeys.DB_DATASOURCE.environmentName()
                + "): "
                + what
                + "; give the JNDI name under which the server has it, for example "
                + ConfigKeys.DB_DATASOURCE.example()));
  }
}
