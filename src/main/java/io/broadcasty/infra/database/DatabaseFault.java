package io.broadcasty.infra.database;

import java.sql.SQLException;
import java.util.Set;

/**
 * A reason why the database does not serve, identified by SQL state and vendor code (PostgreSQL's
 * appendix A, MariaDB's error codes, H2's {@code ErrorCode}), with advice for the operator.
 */
public enum DatabaseFault {
  /** There is no connection, it broke, or nothing came in time. */
  UNREACHABLE(
      true,
      "cannot be reached, or does not answer in time (broadcasty.db.url or"
          + " broadcasty.db.datasource)"),

  /** The configured user or password is wrong. */
  LOGIN(
      true,
      "refuses the user or the password (broadcasty.db.user and broadcasty.db.password, or"
          + " broadcasty.db.datasource)"),

  /** The database accepts no more connections. */
  TOO_MANY_CONNECTIONS(
      false, "takes no more connections (broadcasty.db.pool of all nodes; its max_connections)"),

  /** The server is a standby, or is set to be read-only. */
  READ_ONLY(
      false,
      "takes no writes: it is read-only (broadcasty.db.url must name the primary; its read_only or"
          + " default_transaction_read_only)"),

  /** The disk, or the database's quota, is full. */
  FULL(
      false,
      "takes no writes: its disk is full. Free space there, or lower broadcasty.replay.retention,"
          + " broadcasty.replay.max-count or broadcasty.replay.max-bytes"),

  /** The user lacks a privilege. */
  RIGHTS(false, "denies this user a needed privilege (the rights of broadcasty.db.user)"),

  /**
   * The database serves, but refuses what one statement contains: a constraint is violated, or a
   * value does not fit. Trying the same again is wrong.
   */
  REJECTED(false, "refuses the data of a statement"),

  /** Any other failure. */
  OTHER(false, "fails");

  private static final Set<String> BROKEN = Set.of("57P01", "57P02", "57P03", "90067", "90098");
  private static final Set<Integer> MARIADB_FULL = Set.of(1021, 1114);
  private static final Set<Integer> MARIADB_READ_ONLY = Set.of(1290, 1792, 1836);
  private static final Set<Integer> MARIADB_RIGHTS = Set.of(1044, 1142, 1143, 1227);
  private static final Set<Integer> MARIADB_TOO_MANY = Set.of(1040, 1203, 1226);
  private static final Set<Integer> MARIADB_DATA = Set.of(1062, 1264, 1300, 1366, 1406, 3988);
  private static final int MARIADB_LOGIN = 1045;
  private static final String NO_SPACE = "No space left on device";

  private final boolean total;
  private final String advice;

  DatabaseFault(boolean all, String advice) {
    this.total = all;
    this.advice = advice;
  }

  /** Returns whether the database can serve no request at all. */
  public boolean isTotal() {
    return total;
  }

  /** Returns what is wrong and which setting is concerned, as the predicate of a sentence. */
  public String advice() {
    return advice;
  }

  /** Returns the fault that a failure or one of its causes reports. */
  public static DatabaseFault of(Throwable failure) {
    DatabaseFault found = OTHER;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      DatabaseFault fault = ofOne(each);
      if (fault != OTHER) {
        found = fault; // the innermost cause, since a pool only reports its timeout
      }
      if (each == each.getCause()) {
        break;
      }
    }
    return found;
  }

  /**
   * Returns whether the connection of a failed call cannot be used again, whatever the cause. An
   * embedded H2 that could not write its file has closed itself, and its connections fail for ever.
   */
  static boolean isConnectionBroken(SQLException failure) {
    return BROKEN.contains(String.valueOf(failure.getSQLState()));
  }

  /** Returns whether a state is of the classes of data exceptions and of constraints. */
  private static boolean isOfData(String state) {
    return state.startsWith("22") || state.startsWith("23");
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
    if (isOfData(state) || MARIADB_DATA.contains(code)) {
      return REJECTED;
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
