package io.broadcasty.push.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.Urgency;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Maps a notification to seven columns: title, body, url, data, urgency, collapse_key, ttl_seconds.
 * Texts of unlimited length are stored as bytes.
 */
final class NotificationColumns {

  private NotificationColumns() {}

  static void bind(PreparedStatement statement, int first, Notification notification)
      throws SQLException {
    statement.setBytes(first, notification.title().getBytes(UTF_8));
    statement.setBytes(first + 1, bytes(notification.body()));
    statement.setString(first + 2, notification.url());
    statement.setBytes(first + 3, bytes(notification.data()));
    statement.setString(first + 4, notification.urgency().wireName());
    statement.setString(first + 5, notification.collapseKey());
    statement.setInt(first + 6, Math.toIntExact(notification.ttl().toSeconds()));
  }

  static Notification read(ResultSet row, int first) throws SQLException {
    return new Notification(
        new String(row.getBytes(first), UTF_8),
        nullable(row.getBytes(first + 1)),
        row.getString(first + 2),
        nullable(row.getBytes(first + 3)),
        Duration.ofSeconds(row.getInt(first + 6)),
        Objects.requireNonNullElse(Urgency.fromWireName(row.getString(first + 4)), Urgency.NORMAL),
        row.getString(first + 5));
  }

  static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  static @Nullable String nullable(byte @Nullable [] bytes) {
    return bytes == null ? null : new String(bytes, UTF_8);
  }
}
