package io.broadcasty.infra.database;

import org.jspecify.annotations.Nullable;

/**
 * The address of the database and the size of its pool.
 *
 * @param url a JDBC URL
 * @param password null for none
 * @param poolSize the maximum number of connections
 */
public record DatabaseSettings(String url, String user, @Nullable String password, int poolSize) {

  public DatabaseSettings {
    if (poolSize < 2) {
      throw new IllegalArgumentException("the pool needs at least 2 connections");
    }
  }

  /** Returns a copy with this password. */
  DatabaseSettings withPassword(String other) {
    return new DatabaseSettings(url, user, other, poolSize);
  }

  /** Omits the password, and the URL, which may contain one. */
  @Override
  public String toString() {
    return "DatabaseSettings[poolSize=" + poolSize + "]";
  }
}
