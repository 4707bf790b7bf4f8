package io.broadcasty.streams.broker.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.background.RedactedThrowable;
import io.broadcasty.infra.database.DatabaseFault;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.streams.broker.StoreCondition;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Records whether the database serves, so that all callers fail at once during an outage instead of
 * waiting for a connection, and the log reports it once. A thread of its own probes until it serves
 * again.
 */
@ThreadSafe
final class DatabaseAvailability implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(DatabaseAvailability.class.getName());
  private static final long ROUND_MILLIS = 250;

  private final Transactions transactions;
  private final ThreadFactory threads;

  private volatile @Nullable DatabaseFault fault;

  @GuardedBy("this")
  private boolean probing;

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param threads creates the probing thread, one for each outage
   */
  DatabaseAvailability(Transactions transactions, ThreadFactory threads) {
    this.transactions = transactions;
    this.threads = threads;
  }

  /** Returns whether the database must not be used now. */
  boolean isDown() {
    DatabaseFault present = fault;
    return present != null && present.isTotal();
  }

  /** Returns the condition for {@link io.broadcasty.streams.broker.Broker#condition}. */
  StoreCondition condition() {
    DatabaseFault present = fault;
    if (present == null) {
      return StoreCondition.UP;
    }
    return new StoreCondition(
        present.isTotal() ? StoreCondition.State.DOWN : StoreCondition.State.READ_ONLY,
        "the database " + present.advice());
  }

  /** Records that a call to the database has failed. Refused data is no failure of its. */
  synchronized void recordFailure(Throwable failure) {
    DatabaseFault found = DatabaseFault.of(failure);
    if (found == DatabaseFault.REJECTED) {
      return; // it serves
    }
    if (found != fault) {
      fault = found;
      LOG.log(
          Level.WARNING,
          "the database "
              + found.advice()
              + ": "
              + kind(failure)
              + "; until it serves again, publications are refused",
          RedactedThrowable.of(failure));
    }
    if (!probing && !closed) {
      transactions.dropConnections(); // the others are probably broken, too
      probing = true;
      threads.newThread(this::probeUntilAvailable).start();
    }
  }

  /** Records that the database has accepted publications. */
  synchronized void recordSuccess() {
    if (fault != null) {
      fault = null;
      LOG.log(Level.INFO, "The database serves again");
      notifyAll();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void probeUntilAvailable() {
    while (waitBeforeProbe()) {
      try {
        transactions.testWrite(StreamsTable::touch);
        if (fault != DatabaseFault.FULL) { // a write that changes nothing does not show that
          recordSuccess();
        }
      } catch (SQLException e) {
        transactions.dropConnections();
        recordFailure(e);
      } catch (RuntimeException e) {
        LOG.log(Level.DEBUG, "Cannot probe the database; trying again", e);
      }
    }
  }

  /** Waits for a moment, and returns whether to probe again. */
  @SuppressWarnings("WaitNotInLoop") // an early probe does no harm
  private synchronized boolean waitBeforeProbe() {
    try {
      if (fault != null && !closed) {
        wait(ROUND_MILLIS);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "Interrupted; only close() ends this thread", e);
    }
    probing = fault != null && !closed;
    return probing;
  }

  /** Returns the kind of failure without the message, in which a driver may quote payloads. */
  private static String kind(Throwable failure) {
    return failure instanceof SQLException e
        ? "SQL state " + e.getSQLState() + ", vendor code " + e.getErrorCode()
        : failure.getClass().getName();
  }
}
