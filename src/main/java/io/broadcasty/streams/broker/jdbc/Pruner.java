package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.database.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Deletes what has left the retention or the idempotency window, in transactions of bounded size,
 * so that no lock is held for long.
 */
final class Pruner {

  private static final int CHUNK = 1000;

  private final Transactions transactions;
  private final RetentionCutoff retentionCutoff;

  Pruner(Transactions transactions, RetentionCutoff trim) {
    this.transactions = transactions;
    this.retentionCutoff = trim;
  }

  /**
   * Prunes publications, ids and idle streams.
   *
   * @param idsBeforeMillis ids from before this time are deleted
   * @param idleSinceMillis streams that are empty and idle since this time are deleted
   */
  void run(long nowMillis, long idsBeforeMillis, long idleSinceMillis) throws SQLException {
    TenantChannel last = null;
    List<TenantChannel> page;
    do {
      TenantChannel after = last;
      page = transactions.runAutoCommit(c -> StreamsTable.after(c, after, CHUNK));
      for (TenantChannel channel : due(page, nowMillis)) {
        trim(channel, nowMillis);
      }
      last = page.isEmpty() ? null : page.get(page.size() - 1);
    } while (page.size() == CHUNK);
    boolean more = true;
    while (more) {
      more = transactions.write(c -> IdsTable.deleteSome(c, idsBeforeMillis, CHUNK));
    }
    List<TenantChannel> idle =
        transactions.runAutoCommit(c -> StreamsTable.idleSince(c, idleSinceMillis));
    for (TenantChannel channel : idle) {
      transactions.write(c -> forget(c, channel, idleSinceMillis));
    }
  }

  /** Returns those of the channels whose oldest publication may have left the retention. */
  private List<TenantChannel> due(List<TenantChannel> channels, long nowMillis)
      throws SQLException {
    int maxKeys = transactions.maxKeysPerStatement();
    return transactions
        .runAutoCommit(c -> StreamsTable.oldest(c, channels, maxKeys))
        .entrySet()
        .stream()
        .filter(each -> isDue(each.getKey(), each.getValue(), nowMillis))
        .map(Map.Entry::getKey)
        .toList();
  }

  private boolean isDue(
      TenantChannel channel, List<StreamsTable.OldestKept> streams, long nowMillis) {
    return streams.stream()
        .anyMatch(
            each ->
                retentionCutoff.isBeyond(
                    channel, each.stream(), each.weight(), streams.size(), nowMillis));
  }

  private void trim(TenantChannel channel, long nowMillis) throws SQLException {
    Collection<StreamRow> rows =
        transactions.runAutoCommit(c -> StreamsTable.read(c, channel)).values();
    for (StreamRow row : rows) {
      long first =
          transactions.runAutoCommit(
              c -> retentionCutoff.first(c, channel, row, rows.size(), nowMillis));
      for (long pruned = row.first(); pruned < first; ) {
        pruned = Math.min(first, pruned + CHUNK);
        long upTo = pruned;
        transactions.write(c -> deleteBefore(c, channel, row, upTo));
      }
    }
  }

  private static boolean deleteBefore(
      Connection connection, TenantChannel channel, StreamRow seen, long sequence)
      throws SQLException {
    StreamRow row = StreamsTable.lock(connection, channel).get(seen.partition());
    if (row == null || !row.epoch().equals(seen.epoch()) || row.first() >= sequence) {
      return false;
    }
    EventsTable.delete(connection, row.of(channel), row.first(), sequence);
    StreamsTable.updateFirst(connection, channel, row.prunedTo(sequence));
    return true;
  }

  private static boolean forget(Connection connection, TenantChannel channel, long idleSinceMillis)
      throws SQLException {
    SortedMap<Integer, StreamRow> rows = StreamsTable.lock(connection, channel);
    rows.values()
        .removeIf(row -> row.first() <= row.head() || row.lastAtMillis() >= idleSinceMillis);
    if (rows.isEmpty()) {
      return false;
    }
    StreamsTable.countEviction(connection);
    for (int partition : rows.keySet()) {
      StreamsTable.delete(connection, channel, partition);
    }
    return true;
  }
}
