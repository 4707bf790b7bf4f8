package io.broadcasty.push.jdbc;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseFault;
import io.broadcasty.infra.database.Dialect;
import io.broadcasty.infra.database.Transactions;
import io.broadcasty.push.device.PushStoreException;
import java.sql.SQLException;
import java.util.Collections;

/**
 * Runs database work for push, and converts an {@link SQLException} to a {@link
 * PushStoreException}.
 */
final class PushDatabase {

  private static final int ATTEMPTS = 4;

  private final Dialect dialect;
  private final Transactions transactions;

  PushDatabase(Database database) {
    this.dialect = database.dialect();
    this.transactions = new Transactions(database);
  }

  boolean isH2() {
    return dialect == Dialect.H2;
  }

  /** Returns how many keys one statement may ask for. */
  int maxKeysPerStatement() {
    return dialect.maxKeysPerStatement();
  }

  /** Runs statements that read, each of which sees what was committed before it. */
  <T> T read(Transactions.Work<T> work) {
    try {
      return transactions.runAutoCommit(work);
    } catch (SQLException e) {
      throw storeException(e);
    }
  }

  /**
   * Runs the work in one READ COMMITTED transaction, and again after a conflict with another node.
   * What it writes outlives the process.
   */
  <T> T write(Transactions.Work<T> work) {
    try {
      return transactions.write(ATTEMPTS, work);
    } catch (SQLException e) {
      throw storeException(e);
    }
  }

  /**
   * Runs the work like {@link #write}, and returns once it is as durable as the database can make
   * it.
   */
  <T> T writeDurably(Transactions.Work<T> work) {
    try {
      return transactions.writeDurably(ATTEMPTS, work);
    } catch (SQLException e) {
      throw storeException(e);
    }
  }

  /** Returns a list of placeholders: {@code (?, ?, …)}. */
  static String placeholders(int count) {
    return "(" + String.join(", ", Collections.nCopies(count, "?")) + ")";
  }

  private static PushStoreException storeException(SQLException e) {
    if (DatabaseFault.of(e) == DatabaseFault.REJECTED) {
      return PushStoreException.rejected("the database refuses data of push", e);
    }
    return new PushStoreException("cannot use the database of subscriptions and the push queue", e);
  }
}
