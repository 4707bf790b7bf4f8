package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.database.ChannelSelect;
import io.broadcasty.streams.broker.Epochs;
import io.broadcasty.streams.broker.Position;
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

/**
 * The SQL statements on the streams and on the store's single row. Locks are taken in the order
 * channels (sorted), then store.
 */
final class StreamsTable {

  private static final String SELECT =
      "SELECT partition_no, epoch, first_seq, head_seq, total_bytes, last_at"
          + " FROM broadcasty_streams WHERE tenant_id = ? AND channel = ? ORDER BY partition_no";

  private static final String HEADS =
      "SELECT channel, partition_no, epoch, head_seq FROM broadcasty_streams";

  private static final String OF_FIRST =
      "FROM broadcasty_events e WHERE e.tenant_id = s.tenant_id AND e.channel = s.channel"
          + " AND e.partition_no = s.partition_no AND e.seq = s.first_seq)";

  private static final String OLDEST =
      "SELECT channel, partition_no, epoch, first_seq, head_seq, total_bytes, last_at, (SELECT"
          + " e.published_at "
          + OF_FIRST
          + ", (SELECT e.bytes_before "
          + OF_FIRST
          + " FROM broadcasty_streams s";

  private StreamsTable() {}

  /**
   * A stream and its oldest publication.
   *
   * @param weight of the publication; null when there is none
   */
  record OldestKept(StreamRow stream, EventsTable.@Nullable Weight weight) {}

  /** Reads a channel's streams, by partition. */
  static SortedMap<Integer, StreamRow> read(Connection connection, TenantChannel channel)
      throws SQLException {
    return select(connection, channel, SELECT);
  }

  /** Reads a channel's streams and locks them until the transaction ends. */
  static SortedMap<Integer, StreamRow> lock(Connection connection, TenantChannel channel)
      throws SQLException {
    return select(connection, channel, SELECT + " FOR UPDATE");
  }

  private static SortedMap<Integer, StreamRow> select(
      Connection connection, TenantChannel channel, String sql) throws SQLException {
    SortedMap<Integer, StreamRow> rows = new TreeMap<>();
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, channel.tenant().value());
      select.setString(2, channel.name().value());
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          StreamRow row = row(result, 1);
          rows.put(row.partition(), row);
        }
      }
    }
    return rows;
  }

  /** Reads a stream from the six columns that begin with this one. */
  private static StreamRow row(ResultSet result, int from) throws SQLException {
    return new StreamRow(
        result.getInt(from),
        result.getString(from + 1),
        result.getLong(from + 2),
        result.getLong(from + 3),
        result.getLong(from + 4),
        result.getLong(from + 5));
  }

  /** Returns the last position of each stream of many channels. */
  static Map<TenantChannel, List<Position>> heads(
      Connection connection, Collection<TenantChannel> channels, int maxKeys) throws SQLException {
    Map<TenantChannel, List<Position>> heads = new HashMap<>();
    channels.forEach(channel -> heads.put(channel, new ArrayList<>(1)));
    new ChannelSelect(HEADS, maxKeys)
        .run(
            connection,
            channels,
            (channel, row) -> {
              if (row.getLong(4) > 0) {
                heads
                    .computeIfAbsent(channel, c -> new ArrayList<>(1))
                    .add(new Position(row.getString(3), row.getInt(2), row.getLong(4)));
              }
            });
    return heads;
  }

  /** Adds a stream to the batch of new streams. */
  static void addInsert(PreparedStatement insert, TenantChannel channel, StreamRow row)
      throws SQLException {
    insert.setString(1, row.epoch());
    insert.setLong(2, row.first());
    bindCountersAndKey(insert, 3, channel, row);
    insert.addBatch();
  }

  static PreparedStatement prepareInsert(Connection connection) throws SQLException {
    return connection.prepareStatement(
        "INSERT INTO broadcasty_streams (epoch, first_seq, head_seq, total_bytes, last_at,"
            + " tenant_id, channel, partition_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  }

  /** Adds a stream to the batch of grown streams. */
  static void addUpdate(PreparedStatement update, TenantChannel channel, StreamRow row)
      throws SQLException {
    bindCountersAndKey(update, 1, channel, row);
    update.addBatch();
  }

  static PreparedStatement prepareUpdate(Connection connection) throws SQLException {
    return connection.prepareStatement(
        "UPDATE broadcasty_streams SET head_seq = ?, total_bytes = ?, last_at = ?"
            + " WHERE tenant_id = ? AND channel = ? AND partition_no = ?");
  }

  private static void bindCountersAndKey(
      PreparedStatement statement, int from, TenantChannel channel, StreamRow row)
      throws SQLException {
    statement.setLong(from, row.head());
    statement.setLong(from + 1, row.totalBytes());
    statement.setLong(from + 2, row.lastAtMillis());
    bindKey(statement, from + 3, channel, row.partition());
  }

  private static void bindKey(
      PreparedStatement statement, int from, TenantChannel channel, int partition)
      throws SQLException {
    statement.setString(from, channel.tenant().value());
    statement.setString(from + 1, channel.name().value());
    statement.setInt(from + 2, partition);
  }

  static void updateFirst(Connection connection, TenantChannel channel, StreamRow row)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE broadcasty_streams SET first_seq = ?"
                + " WHERE tenant_id = ? AND channel = ? AND partition_no = ?")) {
      update.setLong(1, row.first());
      bindKey(update, 2, channel, row.partition());
      update.executeUpdate();
    }
  }

  static void delete(Connection connection, TenantChannel channel, int partition)
      throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM broadcasty_streams"
                + " WHERE tenant_id = ? AND channel = ? AND partition_no = ?")) {
      bindKey(delete, 1, channel, partition);
      delete.executeUpdate();
    }
  }

  /**
   * Reads the streams of many channels, with what their oldest publications weigh.
   *
   * @return all streams of each channel that has any
   */
  static Map<TenantChannel, List<OldestKept>> oldest(
      Connection connection, Collection<TenantChannel> channels, int maxKeys) throws SQLException {
    Map<TenantChannel, List<OldestKept>> oldest = new HashMap<>();
    new ChannelSelect(OLDEST, maxKeys)
        .run(
            connection,
            channels,
            (channel, row) -> {
              StreamRow stream = row(row, 2);
              long at = row.getLong(8);
              long bytesBefore = row.getLong(9);
              EventsTable.Weight weight =
                  row.wasNull() ? null : new EventsTable.Weight(at, bytesBefore);
              oldest
                  .computeIfAbsent(channel, c -> new ArrayList<>(1))
                  .add(new OldestKept(stream, weight));
            });
    return oldest;
  }

  /** Returns the channels with an empty stream to which nothing has been appended since a time. */
  static List<TenantChannel> idleSince(Connection connection, long millis) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT DISTINCT tenant_id, channel FROM broadcasty_streams"
                + " WHERE last_at < ? AND first_seq > head_seq")) {
      select.setLong(1, millis);
      return channels(select);
    }
  }

  /**
   * Returns the channels of all tenants, in order of tenant and name.
   *
   * @param last the channel before the first one to return; null to begin with the first
   */
  static List<TenantChannel> after(Connection connection, @Nullable TenantChannel last, int limit)
      throws SQLException {
    String from = last == null ? "" : last.tenant().value();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT DISTINCT tenant_id, channel FROM broadcasty_streams WHERE tenant_id > ?"
                + " OR (tenant_id = ? AND channel > ?) ORDER BY tenant_id, channel LIMIT ?")) {
      select.setString(1, from);
      select.setString(2, from);
      select.setString(3, last == null ? "" : last.name().value());
      select.setInt(4, limit);
      return channels(select);
    }
  }

  private static List<TenantChannel> channels(PreparedStatement select) throws SQLException {
    List<TenantChannel> found = new ArrayList<>();
    try (ResultSet result = select.executeQuery()) {
      while (result.next()) {
        found.add(
            new TenantChannel(
                new TenantId(result.getString(1)), new ChannelName(result.getString(2))));
      }
    }
    return found;
  }

  /**
   * Returns a tenant's channel names from one on, in order.
   *
   * @param from the first name, or the one before it
   */
  static List<String> names(
      Connection connection, TenantId tenant, String from, boolean inclusive, int limit)
      throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT DISTINCT channel FROM broadcasty_streams WHERE tenant_id = ? AND channel "
                + (inclusive ? ">=" : ">")
                + " ? ORDER BY channel LIMIT ?")) {
      select.setString(1, tenant.value());
      select.setString(2, from);
      select.setInt(3, limit);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          names.add(result.getString(1));
        }
      }
    }
    return names;
  }

  /** Returns the number of a tenant's channels, but at most the limit. */
  static long countNames(Connection connection, TenantId tenant, long limit) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT COUNT(*) FROM (SELECT DISTINCT channel FROM broadcasty_streams"
                + " WHERE tenant_id = ? LIMIT ?) names")) {
      select.setString(1, tenant.value());
      select.setLong(2, limit);
      try (ResultSet result = select.executeQuery()) {
        return result.next() ? result.getLong(1) : 0;
      }
    }
  }

  /** Creates the store's epoch unless it has one. */
  static void ensureEpoch(Connection connection) throws SQLException {
    if (storeEpoch(connection, "") != null) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO broadcasty_store (id, epoch, evictions) VALUES (1, ?, 0)")) {
      insert.setString(1, Epochs.next());
      insert.executeUpdate();
    } catch (SQLException e) {
      if (storeEpoch(connection, "") == null) { // another node may have been faster
        throw e;
      }
    }
  }

  /** Returns the epoch of streams created from now on. */
  static String epoch(Connection connection) throws SQLException {
    return required(storeEpoch(connection, ""));
  }

  /**
   * Returns the epoch of new streams, and locks it, so that no node creates or deletes streams
   * until the transaction ends.
   */
  static String lockEpoch(Connection connection) throws SQLException {
    return required(storeEpoch(connection, " FOR UPDATE"));
  }

  /** Changes the epoch of new streams, because a stream is being deleted. */
  static void countEviction(Connection connection) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE broadcasty_store SET evictions = evictions + 1 WHERE id = 1")) {
      update.executeUpdate();
    }
  }

  /** Updates a row with the values that it has already. */
  static int touch(Connection connection) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE broadcasty_store SET evictions = evictions WHERE id = 1")) {
      return update.executeUpdate();
    }
  }

  private static @Nullable String storeEpoch(Connection connection, String suffix)
      throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "SELECT epoch, evictions FROM broadcasty_store WHERE id = 1" + suffix);
        ResultSet result = select.executeQuery()) {
      return result.next()
          ? result.getString(1) + Long.toString(result.getLong(2), Character.MAX_RADIX)
          : null;
    }
  }

  private static String required(@Nullable String epoch) throws SQLException {
    if (epoch == null) {
      throw new SQLException("the database has no epoch of the streams");
    }
    return epoch;
  }
}
