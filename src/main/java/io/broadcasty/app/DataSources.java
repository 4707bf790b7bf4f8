package io.broadcasty.app;

import io.broadcasty.config.ConfigKeys;
import io.broadcasty.config.InvalidConfigurationException;
import io.broadcasty.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds the server's data source by its JNDI name. Servers start data sources and applications at
 * the same time, and nothing in the WAR names a data source that most installations do not have; so
 * what is not there yet is looked for again for a while.
 */
final class DataSources {

  private static final Logger LOG = Logger.getLogger(DataSources.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Names names;
  private final Ticker ticker;
  private final Pause pause;

  /** The names of the server. */
  interface Names {

    /**
     * What is bound to a name; may be null.
     *
     * @throws NamingException when nothing is, or what is bound cannot be made
     */
    @Nullable Object lookup(String name) throws NamingException;
  }

  /** Lets some time pass. */
  interface Pause {
    void take(Duration length);
  }

  DataSources(Names names, Ticker ticker, Pause pause) {
    this.names = names;
    this.ticker = ticker;
    this.pause = pause;
  }

  /** Those of the server that this runs in. */
  static DataSources ofServer(Ticker ticker) {
    return new DataSources(
        InitialContext::doLookup, ticker, length -> LockSupport.parkNanos(length.toNanos()));
  }

  /**
   * The data source of this name; looks for up to 10 s while there is none.
   *
   * @throws InvalidConfigurationException when there is none, or what is there is something else
   */
  DataSource find(String name) {
    long start = ticker.readNanos();
    while (true) {
      try {
        Object found = names.lookup(name);
        if (found instanceof DataSource dataSource) {
          LOG.info(() -> "data source: " + name);
          return dataSource;
        }
        if (found != null) {
          throw fault("what is bound to `" + name + "` is no javax.sql.DataSource");
        }
        giveUpAfter(start, name, null);
      } catch (NamingException e) {
        giveUpAfter(start, name, e);
      }
      pause.take(PAUSE);
    }
  }

  private void giveUpAfter(long start, String name, @Nullable NamingException reason) {
    if (ticker.readNanos() - start >= PATIENCE.toNanos()) {
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
