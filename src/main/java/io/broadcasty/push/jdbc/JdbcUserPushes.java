package io.broadcasty.push.jdbc;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.queue.UserPushes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The notifications to one user in a relational database. */
@ThreadSafe
public final class JdbcUserPushes implements UserPushes {

  private static final String DISPATCH = "d";
  private static final String PENDING = "p";
  private static final String SEPARATOR = "\0";

  private static final String FIND =
      "SELECT d.number, s.send_id, d.state, d.changed_at, s.title, s.body, s.url, s.data,"
          + " s.urgency, s.collapse_key, s.ttl_seconds FROM broadcasty_push_dispatches d"
          + " JOIN broadcasty_push_sends s ON s.number = d.send_number"
          + " WHERE s.tenant_id = ? AND d.user_id = ? AND d.number > ? ORDER BY d.number LIMIT ?";
  private static final String FIND_NUMBERS =
      "SELECT d.number, d.send_number FROM broadcasty_push_dispatches d"
          + " JOIN broadcasty_push_sends s ON s.number = d.send_number"
          + " WHERE s.tenant_id = ? AND d.user_id = ? ORDER BY d.number LIMIT ?";
  private static final String DELETE = "DELETE FROM broadcasty_push_dispatches WHERE number = ?";
  private static final String DELETE_EMPTY_SEND =
      "DELETE FROM broadcasty_push_sends WHERE number = ? AND NOT EXISTS (SELECT 1 FROM"
          + " broadcasty_push_dispatches d WHERE d.send_number = ?)";
  private static final String FIND_PENDING =
      "SELECT number, send_id, users, due_at, title, body, url, data, urgency, collapse_key,"
          + " ttl_seconds FROM broadcasty_push_pending WHERE tenant_id = ? AND users IS NOT NULL"
          + " AND number > ? ORDER BY number LIMIT ?";
  private static final String NARROW =
      "UPDATE broadcasty_push_pending SET users = ? WHERE number = ?";
  private static final String DELETE_PENDING =
      "DELETE FROM broadcasty_push_pending WHERE number = ?";
  private static final String DELETE_RECEIPTS =
      "DELETE FROM broadcasty_push_receipts WHERE pending_number = ?";
  private static final String DELETE_RECEIPTS_OF_USER =
      "DELETE FROM broadcasty_push_receipts WHERE user_id = ? AND pending_number IN"
          + " (SELECT number FROM broadcasty_push_pending WHERE tenant_id = ?)";

  private final PushDatabase database;

  /**
   * @param database stays open
   */
  public JdbcUserPushes(Database database) {
    this.database = new PushDatabase(database);
  }

  @Override
  public List<Push> find(TenantId tenant, String user, String after, int limit) {
    return database.read(
        connection -> {
          List<Push> found =
              after.startsWith(PENDING)
                  ? List.of()
                  : dispatches(connection, tenant, user, number(after), limit);
          long pendingAfter = after.startsWith(PENDING) ? number(after) : 0;
          return found.isEmpty() ? pending(connection, tenant, user, pendingAfter, limit) : found;
        });
  }

  private static long number(String cursor) {
    return cursor.isEmpty() ? 0 : Long.parseLong(cursor.substring(1));
  }

  private static List<Push> dispatches(
      Connection connection, TenantId tenant, String user, long after, int limit)
      throws SQLException {
    List<Push> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(FIND)) {
      select.setString(1, tenant.value());
      select.setString(2, user);
      select.setLong(3, after);
      select.setInt(4, limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(
              push(
                  DISPATCH + row.getLong(1),
                  row.getString(2),
                  DispatchState.fromCode(row.getInt(3)).wireName(),
                  NotificationColumns.read(row, 5),
                  row.getLong(4)));
        }
      }
    }
    return found;
  }

  private static Push push(
      String cursor, String sendId, String state, Notification notification, long timeMillis) {
    return new Push(
        cursor,
        sendId,
        state,
        notification.title(),
        notification.body(),
        notification.data(),
        timeMillis);
  }

  private static List<Push> pending(
      Connection connection, TenantId tenant, String user, long after, int limit)
      throws SQLException {
    List<Push> found = new ArrayList<>();
    long last = after;
    while (found.isEmpty()) {
      long before = last;
      try (PreparedStatement select = connection.prepareStatement(FIND_PENDING)) {
        select.setString(1, tenant.value());
        select.setLong(2, last);
        select.setInt(3, limit);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            last = row.getLong(1);
            if (users(row.getBytes(3)).contains(user)) {
              found.add(
                  push(
                      PENDING + last,
                      row.getString(2),
                      "pending",
                      NotificationColumns.read(row, 5),
                      row.getLong(4)));
            }
          }
        }
      }
      if (last == before) {
        return found;
      }
    }
    return found;
  }

  private static Set<String> users(byte[] joined) {
    return new TreeSet<>(
        Arrays.asList(new String(joined, StandardCharsets.UTF_8).split(SEPARATOR, -1)));
  }

  @Override
  public int erase(TenantId tenant, String user, int limit) {
    int dispatches =
        database.writeDurably(connection -> eraseDispatches(connection, tenant, user, limit));
    return dispatches > 0
        ? dispatches
        : database.writeDurably(connection -> erasePending(connection, tenant, user, limit));
  }

  private static int eraseDispatches(Connection connection, TenantId tenant, String user, int limit)
      throws SQLException {
    Map<Long, Long> sendsByNumber = new LinkedHashMap<>();
    try (PreparedStatement select = connection.prepareStatement(FIND_NUMBERS)) {
      select.setString(1, tenant.value());
      select.setString(2, user);
      select.setInt(3, limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          sendsByNumber.put(row.getLong(1), row.getLong(2));
        }
      }
    }
    for (long number : sendsByNumber.keySet()) {
      update(connection, DELETE, number, null);
    }
    for (long send : new TreeSet<>(sendsByNumber.values())) {
      update(connection, DELETE_EMPTY_SEND, send, send);
    }
    return sendsByNumber.size();
  }

  private static int erasePending(Connection connection, TenantId tenant, String user, int limit)
      throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement(DELETE_RECEIPTS_OF_USER)) {
      delete.setString(1, user);
      delete.setString(2, tenant.value());
      delete.executeUpdate();
    }
    List<Push> found = pending(connection, tenant, user, 0, limit);
    for (Push push : found) {
      long number = number(push.cursor());
      Set<String> left = usersOf(connection, tenant, number);
      left.remove(user);
      if (left.isEmpty()) {
        update(connection, DELETE_RECEIPTS, number, null);
        update(connection, DELETE_PENDING, number, null);
      } else {
        try (PreparedStatement narrow = connection.prepareStatement(NARROW)) {
          narrow.setBytes(1, String.join(SEPARATOR, left).getBytes(StandardCharsets.UTF_8));
          narrow.setLong(2, number);
          narrow.executeUpdate();
        }
      }
    }
    return found.size();
  }

  private static Set<String> usersOf(Connection connection, TenantId tenant, long number)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FIND_PENDING)) {
      select.setString(1, tenant.value());
      select.setLong(2, number - 1);
      select.setInt(3, 1);
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getLong(1) == number
            ? users(row.getBytes(3))
            : new TreeSet<>(); // decided meanwhile
      }
    }
  }

  private static void update(Connection connection, String sql, long first, @Nullable Long second)
      throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, first);
      if (second != null) {
        update.setLong(2, second);
      }
      update.executeUpdate();
    }
  }
}
