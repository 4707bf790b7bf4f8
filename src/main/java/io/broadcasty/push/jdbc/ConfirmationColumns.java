package io.broadcasty.push.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.push.device.Confirmation;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import java.util.TreeSet;

/** Maps a confirmation to three columns: roles_of, roles, roles_at; null when nothing is known. */
final class ConfirmationColumns {

  /** The columns in the order in which {@link #read} expects them, of the table {@code s}. */
  static final String COLUMNS = "s.roles_of, s.roles, s.roles_at";

  private static final String SEPARATOR = "\0";

  private ConfirmationColumns() {}

  static void bind(PreparedStatement statement, int first, Confirmation confirmation)
      throws SQLException {
    statement.setString(first, confirmation.subject());
    statement.setBytes(
        first + 1, String.join(SEPARATOR, new TreeSet<>(confirmation.roles())).getBytes(UTF_8));
    statement.setLong(first + 2, confirmation.atMillis());
  }

  static Confirmation read(ResultSet row, int first, String user) throws SQLException {
    String subject = row.getString(first);
    String roles = NotificationColumns.nullable(row.getBytes(first + 1));
    if (subject == null || roles == null) {
      return Confirmation.unknown(user);
    }
    return new Confirmation(
        subject,
        roles.isEmpty() ? Set.of() : Set.of(roles.split(SEPARATOR, -1)),
        row.getLong(first + 2));
  }
}
