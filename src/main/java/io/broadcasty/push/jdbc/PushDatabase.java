package io.broadcasty.push.jdbc;

import io.broadcasty.database.Database;
import io.broadcasty.database.Dialect;
import io.broadcasty.database.Transactions;
import io.broadcasty.push.PushStoreException;
import java.sql.SQLException;
import java.util.Collections;

/** Work on the database's connections. A fault becomes a {@link PushStoreException}. */
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

  /** How many keys to ask for in one statement. */
  int keysAtOnce() {
    return dialect.keysAtOnce();
  }

  /** Runs statements that read, each seeing what was committed before it. */
  <T> T read(Transactions.Work<T> work) {
    try {
      return transactions.eachByItself(work);
    } catch (SQLException e) {
      throw fault(e);
    }
  }

  /**
   * Runs it in one transaction, READ COMMITTED; again when another node was in the way. It outlives
   * the process.
   */
  <T> T write(Transactions.Work<T> work) {
    try {
      return transactions.write(ATTEMPTS, work);
    } catch (SQLException e) {
      throw fault(e);
    }
  }

  /** As {@link #write}, and returns once it is as safe as the database makes it. */
  <T> T writeDurably(Transactions.Work<T> work) {
    try {
      return transactions.writeDurably(ATTEMPTS, work);
    } catch (SQLException e) {
      throw fault(e);
    }
  }

  /** {@code (?, ?, …)}. */
  static String places(int count) {
    return "(" + String.join(", ", Collections.nCopies(count, "?")) + ")";
  }

  private static PushStoreException fault(SQLException e) {
    return new PushStoreException("the database that keeps push cannot be used", e);
  }
}
