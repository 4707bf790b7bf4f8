package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.StreamState;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the oldest publication of a stream that the retention still keeps. Times and bytes only
 * grow with the sequence, so it reads a handful of publications however long the stream is.
 */
final class RetentionCutoff {

  private final RetentionLookup retention;

  RetentionCutoff(RetentionLookup retention) {
    this.retention = retention;
  }

  /**
   * Returns the oldest sequence that is kept.
   *
   * @param partitions how many partitions of the channel are in use
   * @return {@code head + 1} when nothing is kept
   */
  long first(
      Connection connection, TenantChannel channel, StreamRow row, int partitions, long nowMillis)
      throws SQLException {
    Retention share = retention.of(channel).perPartition(partitions);
    long oldestMillis = nowMillis - share.age().toMillis();
    if (row.first() > row.head() || row.lastAtMillis() < oldestMillis) {
      return row.head() + 1;
    }
    long low = Math.max(row.first(), row.head() - share.maxCount() + 1);
    long high = row.head();
    long middle = low;
    while (low < high) {
      if (keeps(connection, channel, row, middle, share, oldestMillis)) {
        high = middle;
      } else {
        low = middle + 1;
      }
      middle = low + (high - low) / 2;
    }
    return low;
  }

  /**
   * Returns whether the oldest publication of a stream has left the retention.
   *
   * @param oldest null when it is gone already
   */
  boolean isBeyond(
      TenantChannel channel,
      StreamRow row,
      EventsTable.@Nullable Weight oldest,
      int partitions,
      long nowMillis) {
    if (row.first() > row.head()) {
      return false;
    }
    Retention share = retention.of(channel).perPartition(partitions);
    return row.head() - row.first() >= share.maxCount()
        || !keeps(row, oldest, share, nowMillis - share.age().toMillis());
  }

  StreamState state(
      Connection connection, TenantChannel channel, StreamRow row, int partitions, long nowMillis)
      throws SQLException {
    return new StreamState(
        row.epoch(),
        row.partition(),
        first(connection, channel, row, partitions, nowMillis),
        row.head());
  }

  private static boolean keeps(
      Connection connection,
      TenantChannel channel,
      StreamRow row,
      long sequence,
      Retention share,
      long oldestMillis)
      throws SQLException {
    EventsTable.Weight weight = EventsTable.weight(connection, row.of(channel), sequence);
    return keeps(row, weight, share, oldestMillis);
  }

  private static boolean keeps(
      StreamRow row, EventsTable.@Nullable Weight weight, Retention share, long oldestMillis) {
    return weight != null
        && weight.atMillis() >= oldestMillis
        && row.totalBytes() - weight.bytesBefore() <= share.maxBytes();
  }
}
