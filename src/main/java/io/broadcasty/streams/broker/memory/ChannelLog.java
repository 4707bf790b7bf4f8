package io.broadcasty.streams.broker.memory;

import io.broadcasty.core.tenant.Retention;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The partitions of one channel that have had a publication. */
final class ChannelLog {

  private final ConcurrentSkipListMap<Integer, PartitionLog> partitions =
      new ConcurrentSkipListMap<>();
  private volatile RetentionShare share;

  /** The retention of the channel, and of one of its partitions. */
  private record RetentionShare(Retention ofChannel, Retention ofOne) {}

  ChannelLog(Retention channelRetention) {
    this.share = new RetentionShare(channelRetention, channelRetention);
  }

  @Nullable PartitionLog partition(int partition) {
    return partitions.get(partition);
  }

  /**
   * Creates the partition unless it exists; only within the broker's atomic update of this channel.
   */
  PartitionLog addPartition(int partition, IntFunction<PartitionLog> make) {
    PartitionLog log = partitions.computeIfAbsent(partition, make::apply);
    share = share(share.ofChannel(), partitions.size());
    return log;
  }

  /** Returns one more than the highest partition in use. */
  int size() {
    return partitions.isEmpty() ? 0 : partitions.lastKey() + 1;
  }

  /** Returns one partition's share of the channel's retention. */
  @SuppressWarnings("ReferenceEquality") // changed settings are a new instance
  Retention share(Retention ofChannel) {
    RetentionShare known = share;
    if (known.ofChannel() != ofChannel) {
      known = share(ofChannel, partitions.size());
      share = known;
    }
    return known.ofOne();
  }

  private static RetentionShare share(Retention ofChannel, int partitions) {
    return new RetentionShare(ofChannel, ofChannel.perPartition(partitions));
  }

  boolean isEmpty() {
    return partitions.isEmpty();
  }

  /** Decides whether a partition is evicted, and evicts it. */
  interface Eviction {

    /**
     * @param kept the partition's share of the channel's retention
     */
    boolean evicts(PartitionLog log, Retention kept);
  }

  /** Removes the partitions that are evicted, and returns them. */
  List<PartitionLog> evictIf(Retention ofChannel, Eviction eviction) {
    Retention kept = share(ofChannel);
    List<PartitionLog> evicted = new ArrayList<>(0);
    partitions
        .values()
        .removeIf(
            log -> {
              boolean gone = eviction.evicts(log, kept);
              if (gone) {
                evicted.add(log);
              }
              return gone;
            });
    return evicted;
  }
}
