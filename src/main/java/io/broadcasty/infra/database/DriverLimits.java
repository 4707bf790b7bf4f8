package io.broadcasty.infra.database;

import com.zaxxer.hikari.HikariConfig;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sets the time limits that a driver, a pool and a session of the database know themselves. What
 * the configured URL sets is left as it is.
 */
final class DriverLimits {

  /** The part of a call that may be spent with waiting for a lock. */
  private static final int LOCK_PERCENT = 75;

  /** The time after which MySQL, which knows no other limit, ends a silent session. */
  private static final Duration MYSQL_SILENCE = DatabaseLimits.KEEP_ALIVE.multipliedBy(2);

  private DriverLimits() {}

  /** Limits the connections of a pool that serves requests. */
  static void limitCalls(HikariConfig config, String url, DatabaseLimits limits) {
    limitConnecting(config, url, limits);
    config.setConnectionTimeout(limits.connection().toMillis());
    config.setValidationTimeout(limits.connection().toMillis() / 2);
    config.setKeepaliveTime(DatabaseLimits.KEEP_ALIVE.toMillis());
    String session = sessionStatement(url, limits);
    if (session != null) {
      config.setConnectionInitSql(session);
    }
  }

  /** Limits connecting, and each answer. */
  static void limitAnswers(HikariConfig config, String url, Duration answer) {
    if (url.startsWith("jdbc:postgresql:")) {
      set(config, url, "socketTimeout", seconds(answer));
    } else if (isMySqlLike(url)) {
      set(config, url, "socketTimeout", String.valueOf(answer.toMillis()));
    }
    String limit = config.getDataSourceProperties().getProperty("socketTimeout");
    limitConnecting(config, url, DatabaseLimits.DEFAULT);
    if (limit != null) {
      config.addDataSourceProperty("socketTimeout", limit); // instead of that of a migration
    }
  }

  /** Limits connecting, and each answer to the limit of a migration. */
  static void limitConnecting(HikariConfig config, String url, DatabaseLimits limits) {
    if (url.startsWith("jdbc:postgresql:")) {
      set(config, url, "connectTimeout", seconds(limits.connection()));
      set(config, url, "loginTimeout", seconds(limits.connection()));
      set(config, url, "socketTimeout", seconds(DatabaseLimits.MIGRATION));
      set(config, url, "tcpKeepAlive", "true");
    } else if (isMySqlLike(url)) {
      set(config, url, "connectTimeout", String.valueOf(limits.connection().toMillis()));
      set(config, url, "socketTimeout", String.valueOf(DatabaseLimits.MIGRATION.toMillis()));
    }
  }

  /**
   * Returns the statement by which a session limits its waits for locks, and the time for which its
   * own locks stay when the client has gone silent; null for none. MariaDB executes the comments
   * that begin with {@code M!}, and MySQL those that only begin with its version.
   */
  private static @Nullable String sessionStatement(String url, DatabaseLimits limits) {
    if (url.startsWith("jdbc:postgresql:")) {
      return postgres("SET", limits);
    }
    return isMySqlLike(url)
        ? "SET SESSION /*M!100300 idle_transaction_timeout = "
            + seconds(limits.idleTransaction())
            + ", */ /*!80000 wait_timeout = "
            + seconds(MYSQL_SILENCE)
            + ", */ innodb_lock_wait_timeout = "
            + seconds(lock(limits))
        : null;
  }

  /** Returns the statements that limit a session of PostgreSQL, or a transaction of one. */
  static String postgres(String set, DatabaseLimits limits) {
    return set
        + " idle_in_transaction_session_timeout = "
        + limits.idleTransaction().toMillis()
        + "; "
        + set
        + " lock_timeout = "
        + lock(limits).toMillis();
  }

  private static Duration lock(DatabaseLimits limits) {
    return limits.call().multipliedBy(LOCK_PERCENT).dividedBy(100);
  }

  private static boolean isMySqlLike(String url) {
    return url.startsWith("jdbc:mysql:") || url.startsWith("jdbc:mariadb:");
  }

  private static void set(HikariConfig config, String url, String name, String value) {
    if (!url.toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT) + "=")) {
      config.addDataSourceProperty(name, value);
    }
  }

  private static String seconds(Duration limit) {
    return String.valueOf(Math.max(1, (limit.toMillis() + 999) / 1000));
  }
}
