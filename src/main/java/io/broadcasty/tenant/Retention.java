package io.broadcasty.tenant;

import java.time.Duration;

/**
 * How much of a channel is kept. What comes first ends it.
 *
 * @param age how long a publication is kept
 * @param maxCount how many publications of a channel
 * @param maxBytes how many bytes of a channel, as its publications are counted in memory
 */
public record Retention(Duration age, long maxCount, long maxBytes) {

  public Retention {
    if (age.isNegative() || age.isZero() || maxCount < 1 || maxBytes < 1) {
      throw new IllegalArgumentException("a retention keeps at least something");
    }
  }

  /** The share of one of the channel's partitions. */
  public Retention ofOnePartition(int partitions) {
    return partitions <= 1
        ? this
        : new Retention(
            age, Math.max(1, maxCount / partitions), Math.max(1, maxBytes / partitions));
  }
}
