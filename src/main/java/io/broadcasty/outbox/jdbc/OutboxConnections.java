package io.broadcasty.outbox.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to the database of an application. */
public interface OutboxConnections extends AutoCloseable {

  /**
   * Returns a connection of a pool.
   *
   * @throws SQLException when there is none; the message says what to change
   */
  Connection open() throws SQLException;

  /** Returns whether one may be kept for as long as the pool is open. */
  boolean mayKeepOne();

  /** Closes the pool, if it is its own. */
  @Override
  void close();
}
