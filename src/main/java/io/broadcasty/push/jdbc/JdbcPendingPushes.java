package io.broadcasty.push.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.Database;
import io.broadcasty.push.queue.PendingPush;
import io.broadcasty.push.queue.PendingPushes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Stores pending pushes in a relational database. */
@ThreadSafe
public final class JdbcPendingPushes implements PendingPushes {

  private static final String SEPARATOR = "\0";
  private static final String EXISTS =
      "SELECT 1 FROM broadcasty_push_pending WHERE tenant_id = ? AND send_id = ?";
  private static final String ADD =
      "INSERT INTO broadcasty_push_pending (tenant_id, send_id, channel, users, title, body, url,"
          + " data, urgency, collapse_key, ttl_seconds, due_at)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String OLDEST =
      "SELECT number, tenant_id, channel, send_id, users, title, body, url, data, urgency,"
          + " collapse_key, ttl_seconds, due_at FROM broadcasty_push_pending"
          + " ORDER BY due_at LIMIT ?";
  private static final String RECEIPTS =
      "SELECT user_id FROM broadcasty_push_receipts WHERE pending_number = ?";
  private static final String ADD_RECEIPT =
      "INSERT INTO broadcasty_push_receipts (pending_number, user_id) VALUES (?, ?)";
  private static final String DELETE_RECEIPTS =
      "DELETE FROM broadcasty_push_receipts WHERE pending_number = ?";
  private static final String REMOVE = "DELETE FROM broadcasty_push_pending WHERE number = ?";

  private final PushDatabase database;

  /**
   * Creates a store.
   *
   * @param database stays open
   */
  public JdbcPendingPushes(Database database) {
    this.database = new PushDatabase(database);
  }

  @Override
  public void add(PendingPush push) {
    var unused =
        database.writeDurably(
            connection -> {
              boolean absent = !exists(connection, push);
              if (absent) {
                insert(connection, push);
              }
              return absent;
            });
  }

  private static boolean exists(Connection connection, PendingPush push) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(EXISTS)) {
      select.setString(1, push.channel().tenant().value());
      select.setString(2, push.sendId());
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  private static void insert(Connection connection, PendingPush push) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(ADD)) {
      insert.setString(1, push.channel().tenant().value());
      insert.setString(2, push.sendId());
      insert.setString(3, push.channel().name().value());
      insert.setBytes(4, users(push.users()));
      NotificationColumns.bind(insert, 5, push.notification());
      insert.setLong(12, push.dueAtMillis());
      insert.executeUpdate();
    }
  }

  private static byte @Nullable [] users(@Nullable Set<String> users) {
    return users == null ? null : String.join(SEPARATOR, new TreeSet<>(users)).getBytes(UTF_8);
  }

  @Override
  public List<PendingPush> oldest(int limit) {
    return database.read(
        connection -> {
          List<PendingPush> oldest = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(OLDEST)) {
            select.setInt(1, limit);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                oldest.add(read(row));
              }
            }
          }
          return oldest;
        });
  }

  private static PendingPush read(ResultSet row) throws SQLException {
    String users = NotificationColumns.nullable(row.getBytes(5));
    return new PendingPush(
        row.getLong(1),
        new TenantChannel(new TenantId(row.getString(2)), new ChannelName(row.getString(3))),
        row.getString(4),
        users == null ? null : Set.of(users.split(SEPARATOR, -1)),
        NotificationColumns.read(row, 6),
        row.getLong(13));
  }

  @Override
  public void addReceipts(PendingPush push, Collection<String> users) {
    var unused =
        database.write(
            connection -> {
              Set<String> added = new TreeSet<>(users);
              added.removeAll(receipts(connection, push));
              try (PreparedStatement insert = connection.prepareStatement(ADD_RECEIPT)) {
                for (String user : added) {
                  insert.setLong(1, push.number());
                  insert.setString(2, user);
                  insert.addBatch();
                }
                if (!added.isEmpty()) {
                  insert.executeBatch();
                }
              }
              return added;
            });
  }

  @Override
  public Set<String> receipts(PendingPush push) {
    return database.read(connection -> receipts(connection, push));
  }

  private static Set<String> receipts(Connection connection, PendingPush push) throws SQLException {
    Set<String> users = new HashSet<>();
    try (PreparedStatement select = connection.prepareStatement(RECEIPTS)) {
      select.setLong(1, push.number());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          users.add(row.getString(1));
        }
      }
    }
    return users;
  }

  @Override
  public void remove(PendingPush push) {
    var unused =
        database.write(
            connection -> {
              for (String sql : List.of(DELETE_RECEIPTS, REMOVE)) {
                try (PreparedStatement delete = connection.prepareStatement(sql)) {
                  delete.setLong(1, push.number());
                  delete.executeUpdate();
                }
              }
              return push;
            });
  }
}
