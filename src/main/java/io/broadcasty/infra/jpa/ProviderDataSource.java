package io.broadcasty.infra.jpa;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.DelegatingDataSource;
import jakarta.persistence.PersistenceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a provider, which has a limited time for each work.
 *
 * <p>EclipseLink repeats a query whose connection has failed, up to three times, and sleeps for 5 s
 * before each but the first. It does so after an {@link SQLException}, so that there is no
 * connection is reported by an unchecked exception, which ends the work; and a query is not
 * repeated after the time for its work.
 */
@ThreadSafe
final class ProviderDataSource extends DelegatingDataSource {

  private final Ticker ticker = Ticker.system();

  /** When the work of a thread has to be done, by the ticker; none for the provider's own. */
  private final ThreadLocal<@Nullable Long> deadlineNanos = new ThreadLocal<>();

  ProviderDataSource(DataSource target) {
    super(target);
  }

  /** Runs work on this thread, which is given no connection once the limit has passed. */
  <T extends @Nullable Object> T within(Duration limit, Supplier<T> work) {
    deadlineNanos.set(ticker.readNanos() + limit.toNanos());
    try {
      return work.get();
    } finally {
      deadlineNanos.remove();
    }
  }

  /**
   * Returns a connection.
   *
   * @throws PersistenceException when there is none, or the time for the work is over
   */
  @Override
  public Connection getConnection() {
    Long deadline = deadlineNanos.get();
    if (deadline != null && ticker.readNanos() - deadline >= 0) {
      throw new PersistenceException("the database has not answered in time");
    }
    try {
      return targetConnection();
    } catch (SQLException e) {
      throw new PersistenceException("the database gives no connection", e);
    }
  }
}
