package io.broadcasty.infra.database;

import java.time.Duration;

/**
 * Time limits of everything that is asked of a database over a network. An embedded H2 has none: it
 * is a part of this process.
 *
 * @param call for a transaction of a request, from asking for a connection to the end of the
 *     commit; publishers are answered {@code unavailable} then
 * @param upkeep for a transaction of upkeep, such as deleting what is too old
 * @param connection for a connection of the pool: to become free, or to be opened and logged in
 * @param idleTransaction after which the database rolls back a transaction whose client is silent,
 *     so that its locks are free again
 */
public record DatabaseLimits(
    Duration call, Duration upkeep, Duration connection, Duration idleTransaction) {

  /** The limits in use; a call stays below the 5 s within which publishers are answered. */
  public static final DatabaseLimits DEFAULT =
      new DatabaseLimits(
          Duration.ofSeconds(4),
          Duration.ofMinutes(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10));

  /** The most calls that run or hang at a time in a data source of the server. */
  public static final int MAX_BOUNDED_CALLS = 64;

  /** The limit for one statement of a migration, which may rebuild a large table. */
  public static final Duration MIGRATION = Duration.ofHours(1);

  /** The interval at which idle connections are tested, so that none is kept that has gone. */
  public static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
}
