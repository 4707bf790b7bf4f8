package io.broadcasty.broker.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.background.StackOnly;
import io.broadcasty.broker.StoreCondition;
import io.broadcasty.database.DatabaseFault;
import io.broadcasty.database.Transactions;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database serves, so that while it does not everybody learns it at once instead of
 * waiting for a connection, and the log says it once. A thread of its own tries until it serves
 * again.
 */
@ThreadSafe
final class Availability implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Availability.class.getName());
  private static final long ROUND_MILLIS = 250;

  private final Transactions transactions;
  private final ThreadFactory threads;

  private volatile @Nullable DatabaseFault fault;

  @GuardedBy("this")
  private boolean trying;

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param threads makes the thread that tries, for each time that there is something to be tried
   */
  Availability(Transactions transactions, ThreadFactory threads) {
    this.transactions = transactions;
    this.threads = threads;
  }

  /** Whether it is not to be asked. */
  boolean isDown() {
    DatabaseFault present = fault;
    return present != null && present.isOfAll();
  }

  /** As {@link io.broadcasty.broker.Broker#condition}. */
  StoreCondition condition() {
    DatabaseFault present = fault;
    if (present == null) {
      return StoreCondition.UP;
    }
    return new StoreCondition(
        present.isOfAll() ? StoreCondition.State.DOWN : StoreCondition.State.READ_ONLY,
        "the database " + present.advice());
  }

  /** A call to it has failed. */
  synchronized void failed(Throwable failure) {
    DatabaseFault found = DatabaseFault.of(failure);
    if (found != fault) {
      fault = found;
      LOG.log(
          Level.WARNING,
          "the database "
              + found.advice()
              + ": "
              + kind(failure)
              + "; until it serves again, publications are refused",
          StackOnly.of(failure));
    }
    if (!trying && !closed) {
      trying = true;
      threads.newThread(this::tryUntilItServes).start();
    }
  }

  /** It has taken publications. */
  synchronized void served() {
    if (fault != null) {
      fault = null;
      LOG.log(Level.INFO, "the database serves again");
      notifyAll();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void tryUntilItServes() {
    while (isToBeTried()) {
      try {
        transactions.tryWrite(StreamsTable::touch);
        if (fault != DatabaseFault.FULL) { // a write that changes nothing does not tell of that
          served();
        }
      } catch (SQLException e) {
        transactions.dropConnections();
        failed(e);
      } catch (RuntimeException e) {
        LOG.log(Level.DEBUG, "the database could not be tried", e);
      }
    }
  }

  /** Waits a moment first. */
  @SuppressWarnings("WaitNotInLoop") // a try that comes early does no harm
  private synchronized boolean isToBeTried() {
    try {
      if (fault != null && !closed) {
        wait(ROUND_MILLIS);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
    }
    trying = fault != null && !closed;
    return trying;
  }

  /** Without the message, in which a driver may quote payloads. */
  private static String kind(Throwable failure) {
    return failure instanceof SQLException e
        ? "SQL state " + e.getSQLState() + ", vendor code " + e.getErrorCode()
        : failure.getClass().getName();
  }
}
