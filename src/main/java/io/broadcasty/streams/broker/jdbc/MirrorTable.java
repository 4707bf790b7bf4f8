package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.ChannelSelect;
import io.broadcasty.streams.broker.StreamKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The SQL statements on the ranges of mirrored streams. */
final class MirrorTable {

  /** The time of the oldest publication in an empty range. */
  private static final long NEVER = Long.MAX_VALUE;

  private static final String SELECT =
      "SELECT partition_no, begun_seq, first_seq, head_seq, last_at FROM broadcasty_mirror"
          + " WHERE tenant_id = ? AND channel = ? AND ";
  private static final String HEADS =
      "SELECT channel, partition_no, epoch, head_seq FROM broadcasty_mirror";
  private static final String STREAMS =
      "SELECT DISTINCT channel, partition_no, epoch FROM broadcasty_mirror WHERE tenant_id = ?"
          + " AND (channel > ? OR (channel = ? AND partition_no > ?)"
          + " OR (channel = ? AND partition_no = ? AND epoch > ?))"
          + " ORDER BY channel, partition_no, epoch LIMIT ?";
  private static final String OF_ROW =
      " WHERE tenant_id = ? AND channel = ? AND partition_no = ? AND epoch = ? AND begun_seq = ?";

  private MirrorTable() {}

  /**
   * A range as stored in the table.
   *
   * @param begun the sequence it began with, which never changes
   */
  record Row(long begun, long first, long head, long lastAtMillis) {

    boolean isEmpty() {
      return first > head;
    }
  }

  /** Reads a channel's ranges in one epoch, oldest first, by partition. */
  static SortedMap<Integer, List<Row>> read(
      Connection connection, TenantChannel channel, String epoch) throws SQLException {
    SortedMap<Integer, List<Row>> rows = new TreeMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(SELECT + "epoch = ? ORDER BY partition_no, begun_seq")) {
      select.setString(1, channel.tenant().value());
      select.setString(2, channel.name().value());
      select.setString(3, epoch);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          rows.computeIfAbsent(result.getInt(1), p -> new ArrayList<>()).add(row(result));
        }
      }
    }
    return rows;
  }

  /** Returns the newest sequence of each stream of many channels. */
  static Map<StreamKey, Long> heads(
      Connection connection, Collection<TenantChannel> channels, int maxKeys) throws SQLException {
    Map<StreamKey, Long> heads = new HashMap<>();
    new ChannelSelect(HEADS, maxKeys)
        .run(
            connection,
            channels,
            (channel, row) ->
                heads.merge(
                    new StreamKey(channel, row.getInt(2), row.getString(3)),
                    row.getLong(4),
                    Math::max));
    return heads;
  }

  /** Reads a stream's ranges, oldest first, and locks them until the transaction ends. */
  static List<Row> lock(Connection connection, StreamKey stream) throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            SELECT + "partition_no = ? AND epoch = ? ORDER BY begun_seq FOR UPDATE")) {
      bindStream(select, 1, stream);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          rows.add(row(result));
        }
      }
    }
    return rows;
  }

  private static Row row(ResultSet result) throws SQLException {
    return new Row(result.getLong(2), result.getLong(3), result.getLong(4), result.getLong(5));
  }

  static void insert(
      Connection connection, StreamKey stream, long first, long head, long firstAt, long lastAt)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO broadcasty_mirror (tenant_id, channel, partition_no, epoch, begun_seq,"
                + " first_seq, head_seq, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      bindStream(insert, 1, stream);
      insert.setLong(5, first);
      insert.setLong(6, first);
      insert.setLong(7, head);
      insert.setLong(8, firstAt);
      insert.setLong(9, lastAt);
      insert.executeUpdate();
    }
  }

  /**
   * Stores that a range has grown; the times are those of the first and the last added publication.
   */
  static void grow(
      Connection connection, StreamKey stream, Row row, long head, long firstAt, long lastAt)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE broadcasty_mirror SET head_seq = ?, last_at = ?,"
                + " first_at = CASE WHEN first_at = ? THEN ? ELSE first_at END"
                + OF_ROW)) {
      update.setLong(1, head);
      update.setLong(2, lastAt);
      update.setLong(3, NEVER);
      update.setLong(4, firstAt);
      bindStream(update, 5, stream);
      update.setLong(9, row.begun());
      update.executeUpdate();
    }
  }

  /**
   * Stores that the beginning of a range has been pruned.
   *
   * @param first the oldest sequence that is left; {@code head + 1} for none
   * @param firstAtMillis when that was published; null for none
   */
  static void shrink(
      Connection connection, StreamKey stream, Row row, long first, @Nullable Long firstAtMillis)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE broadcasty_mirror SET first_seq = ?, first_at = ?" + OF_ROW)) {
      update.setLong(1, first);
      update.setLong(2, firstAtMillis == null ? NEVER : firstAtMillis);
      bindStream(update, 3, stream);
      update.setLong(7, row.begun());
      update.executeUpdate();
    }
  }

  static void delete(Connection connection, StreamKey stream, Row row) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM broadcasty_mirror" + OF_ROW)) {
      bindStream(delete, 1, stream);
      delete.setLong(5, row.begun());
      delete.executeUpdate();
    }
  }

  /** Returns streams with publications from before a time, those with the oldest first. */
  static List<StreamKey> withPublicationsBefore(Connection connection, long millis, int limit)
      throws SQLException {
    List<StreamKey> found = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT tenant_id, channel, partition_no, epoch FROM broadcasty_mirror"
                + " WHERE first_at < ? ORDER BY first_at LIMIT ?")) {
      select.setLong(1, millis);
      select.setInt(2, limit);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          found.add(
              new StreamKey(
                  new TenantChannel(
                      new TenantId(result.getString(1)), new ChannelName(result.getString(2))),
                  result.getInt(3),
                  result.getString(4)));
        }
      }
    }
    return found;
  }

  /**
   * Returns a tenant's streams in order of channel, partition and epoch.
   *
   * @param after the one before the first to return; null to begin with the first
   */
  static List<StreamKey> streams(
      Connection connection, TenantId tenant, @Nullable StreamKey after, int limit)
      throws SQLException {
    String channel = after == null ? "" : after.channel().name().value();
    int partition = after == null ? 0 : after.partition();
    String epoch = after == null ? "" : after.epoch();
    List<StreamKey> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(STREAMS)) {
      select.setString(1, tenant.value());
      select.setString(2, channel);
      select.setString(3, channel);
      select.setInt(4, partition);
      select.setString(5, channel);
      select.setInt(6, partition);
      select.setString(7, epoch);
      select.setInt(8, limit);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          found.add(
              new StreamKey(
                  new TenantChannel(tenant, new ChannelName(result.getString(1))),
                  result.getInt(2),
                  result.getString(3)));
        }
      }
    }
    return found;
  }

  /** Deletes empty ranges whose last publication is from before a time. */
  static void deleteEmpty(Connection connection, long lastBeforeMillis) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM broadcasty_mirror WHERE first_at = ? AND last_at < ?")) {
      delete.setLong(1, NEVER);
      delete.setLong(2, lastBeforeMillis);
      delete.executeUpdate();
    }
  }

  private static void bindStream(PreparedStatement statement, int from, StreamKey stream)
      throws SQLException {
    statement.setString(from, stream.channel().tenant().value());
    statement.setString(from + 1, stream.channel().name().value());
    statement.setInt(from + 2, stream.partition());
    statement.setString(from + 3, stream.epoch());
  }
}
