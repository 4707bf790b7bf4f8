package io.broadcasty.outbox.jdbc;

import io.broadcasty.outbox.OutboxException;
import java.sql.SQLException;
import java.util.Locale;

/** Says what to change when an outbox table cannot be used. */
final class OutboxFaults {

  /** The longest reason of a refused row. */
  private static final int MAX_REASON = 500;

  private OutboxFaults() {}

  static OutboxException exception(SQLException failure) {
    return new OutboxException(
        isMissingTable(failure)
            ? "its database has no complete outbox table; run the script of broadcasty-cdi for it"
                + " (docs/howto/outbox.md): "
                + failure.getMessage()
            : "its database does not serve: " + failure.getMessage(),
        failure);
  }

  /** SQL state 42P01 of PostgreSQL, 42S02 and 42S22 of MySQL, and 42S0x of H2. */
  private static boolean isMissingTable(SQLException failure) {
    String state = String.valueOf(failure.getSQLState()).toUpperCase(Locale.ROOT);
    return state.equals("42P01") || state.equals("42703") || state.startsWith("42S");
  }

  static String shorten(String reason) {
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON);
  }
}
