package io.broadcasty.infra.database;

import org.jspecify.annotations.Nullable;

/**
 * The address of the database and the size of its pool.
 *
 * @param url a JDBC URL
 * @param password null for none
 * @param poolSize the maximum number of connections
 * @param limits the time limits of connections and calls
 */
public record DatabaseSettings(
    String url, String user, @Nullable String password, int poolSize, DatabaseLimits limits) {

  public DatabaseSettings {
    if (poolSize < 2) {
      throw new IllegalArgumentException("the pool needs at least 2 connections");
    }
  }

  /** Creates settings with the usual limits. */
  public DatabaseSettings(String url, String user, @Nullable String password, int poolSize) {
    this(url, user, password, poolSize, DatabaseLimits.DEFAULT);
  }

  /** Returns a copy with this password. */
  DatabaseSettings withPassword(String other) {
    return new DatabaseSettings(url, user, other, poolSize, limits);
  }

  /** Omits the password, and the URL, which may contain one. */
  @Override
  public String toString() {
    return "DatabaseSettings[poolSize=" + poolSize + "]";
  }
}
