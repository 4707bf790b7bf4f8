package io.broadcasty.database;

import java.sql.SQLException;
import java.util.Set;

/**
 * What keeps the database from doing what it is asked to, told by SQL state and vendor code
 * (PostgreSQL's appendix A, MariaDB's error codes, H2's {@code ErrorCode}), and what is to be done
 * about it.
 */
public enum DatabaseFault {
  /** No connection, or it broke. */
  UNREACHABLE(true, "cannot be reached (broadcasty.db.url or broadcasty.db.datasource)"),

  /** Another password than that of the configuration. */
  LOGIN(
      true,
      "refuses the user or the password (broadcasty.db.user and broadcasty.db.password, or"
          + " broadcasty.db.datasource)"),

  /** It takes no more connections. */
  TOO_MANY_CONNECTIONS(
      false, "takes no more connections (broadcasty.db.pool of all nodes; its max_connections)"),

  /** A standby, or a switch that somebody has set. */
  READ_ONLY(
      false,
      "takes no writes: it is read-only (broadcasty.db.url must name the primary; its read_only or"
          + " default_transaction_read_only)"),

  /** The disk, or what of it may be used. */
  FULL(
      false,
      "takes no writes: its disk is full. Free space there, or lower broadcasty.replay.retention,"
          + " broadcasty.replay.max-count or broadcasty.replay.max-bytes"),

  /** What the user may not do. */
  RIGHTS(false, "does not let this user do what is needed (the rights of broadcasty.db.user)"),

  /** Anything else. */
  OTHER(false, "does not do what it is asked to");

  private static final Set<String> BROKEN = Set.of("57P01", "57P02", "57P03", "90067", "90098");
  private static final Set<Integer> MARIADB_FULL = Set.of(1021, 1114);
  private static final Set<Integer> MARIADB_READ_ONLY = Set.of(1290, 1792, 1836);
  private static final Set<Integer> MARIADB_RIGHTS = Set.of(1044, 1142, 1143, 1227);
  private static final Set<Integer> MARIADB_TOO_MANY = Set.of(1040, 1203, 1226);
  private static final int MARIADB_LOGIN = 1045;
  private static final String NO_SPACE = "No space left on device";

  private final boolean all;
  private final String advice;

  DatabaseFault(boolean all, String advice) {
    this.all = all;
    this.advice = advice;
  }

  /** Whether nothing is to be asked of it meanwhile. */
  public boolean isOfAll() {
    return all;
  }

  /** What is the matter and which setting is concerned, as the end of a sentence. */
  public String advice() {
    return advice;
  }

  /** What a failure, or what it was caused by, says of the database. */
  public static DatabaseFault of(Throwable failure) {
    DatabaseFault found = OTHER;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      DatabaseFault fault = ofOne(each);
      if (fault != OTHER) {
        found = fault; // the innermost says most: a pool only that it had none in time
      }
      if (each == each.getCause()) {
        break;
      }
    }
    return found;
  }

  private static DatabaseFault ofOne(Throwable failure) {
    if (String.valueOf(failure.getMessage()).contains(NO_SPACE)) {
      return FULL;
    }
    if (!(failure instanceof SQLException e)) {
      return OTHER;
    }
    String state = String.valueOf(e.getSQLState());
    int code = e.getErrorCode();
    if (state.equals("25006") || state.equals("90097") || MARIADB_READ_ONLY.contains(code)) {
      return READ_ONLY;
    }
    if (state.equals("53100") || MARIADB_FULL.contains(code)) {
      return FULL;
    }
    if (state.equals("53300") || MARIADB_TOO_MANY.contains(code)) {
      return TOO_MANY_CONNECTIONS;
    }
    if (state.equals("42501") || MARIADB_RIGHTS.contains(code)) {
      return RIGHTS;
    }
    if (state.startsWith("28") || code == MARIADB_LOGIN) {
      return LOGIN;
    }
    return state.startsWith("08") || BROKEN.contains(state) ? UNREACHABLE : OTHER;
  }
}
