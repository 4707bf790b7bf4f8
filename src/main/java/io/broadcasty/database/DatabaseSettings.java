package io.broadcasty.database;

import org.jspecify.annotations.Nullable;

/**
 * Where the database is.
 *
 * @param url a JDBC URL
 * @param password null for none
 * @param poolSize how many connections at most
 */
public record DatabaseSettings(String url, String user, @Nullable String password, int poolSize) {

  public DatabaseSettings {
    if (poolSize < 2) {
      throw new IllegalArgumentException("the pool needs at least 2 connections");
    }
  }

  /** Does not show the password, nor the URL, which may hold one. */
  @Override
  public String toString() {
    return "DatabaseSettings[poolSize=" + poolSize + "]";
  }
}
