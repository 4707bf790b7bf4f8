package io.broadcasty.broker.memory;

import io.broadcasty.tenant.Retention;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The partitions of one channel that have had a publication. */
final class ChannelLog {

  private final ConcurrentSkipListMap<Integer, PartitionLog> partitions =
      new ConcurrentSkipListMap<>();
  private final Retention channelRetention;
  private volatile Retention share;

  ChannelLog(Retention channelRetention) {
    this.channelRetention = channelRetention;
    this.share = channelRetention;
  }

  @Nullable PartitionLog partition(int partition) {
    return partitions.get(partition);
  }

  /**
   * Makes the partition unless it is there; only inside the broker's atomic update of this channel.
   */
  PartitionLog addPartition(int partition, IntFunction<PartitionLog> make) {
    PartitionLog log = partitions.computeIfAbsent(partition, make::apply);
    share = channelRetention.ofOnePartition(partitions.size());
    return log;
  }

  /** One more than the highest partition in use. */
  int size() {
    return partitions.isEmpty() ? 0 : partitions.lastKey() + 1;
  }

  /** What one partition may keep. */
  Retention share() {
    return share;
  }

  boolean isEmpty() {
    return partitions.isEmpty();
  }

  /**
   * Drops the partitions that keep nothing and have been idle for long; says whether there were
   * any.
   */
  boolean evictIdle(long nowMillis, long idleSinceMillis) {
    return partitions.values().removeIf(log -> log.evictIfIdle(nowMillis, share, idleSinceMillis));
  }
}
