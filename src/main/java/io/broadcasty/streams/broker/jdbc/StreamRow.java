package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.StreamKey;

/**
 * A stream as stored in its table.
 *
 * @param first the oldest sequence not pruned yet; {@code head + 1} when there is none
 * @param totalBytes the size of all publications ever appended to it
 * @param lastAtMillis when the newest was appended, by the wall clock
 */
record StreamRow(
    int partition, String epoch, long first, long head, long totalBytes, long lastAtMillis) {

  static StreamRow notCreated(int partition, String epoch) {
    return new StreamRow(partition, epoch, 1, 0, 0, 0);
  }

  /** Returns the row after one more publication. */
  StreamRow appended(long costBytes, long atMillis) {
    return new StreamRow(
        partition,
        epoch,
        first,
        head + 1,
        totalBytes + costBytes,
        Math.max(lastAtMillis, atMillis));
  }

  StreamKey of(TenantChannel channel) {
    return new StreamKey(channel, partition, epoch);
  }

  StreamRow prunedTo(long newFirst) {
    return new StreamRow(partition, epoch, newFirst, head, totalBytes, lastAtMillis);
  }
}
