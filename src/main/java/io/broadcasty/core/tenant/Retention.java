package io.broadcasty.core.tenant;

import java.time.Duration;

/**
 * How much of a channel is kept; the limit that is reached first applies.
 *
 * @param age how long a publication is kept
 * @param maxCount the maximum number of publications of a channel
 * @param maxBytes the maximum number of bytes of a channel, counted as its publications are in
 *     memory
 */
public record Retention(Duration age, long maxCount, long maxBytes) {

  public Retention {
    if (age.isNegative() || age.isZero() || maxCount < 1 || maxBytes < 1) {
      throw new IllegalArgumentException("the limits of a retention must be above 0");
    }
  }

  /** Returns the share of one of the channel's partitions. */
  public Retention perPartition(int partitions) {
    return partitions <= 1
        ? this
        : new Retention(
            age, Math.max(1, maxCount / partitions), Math.max(1, maxBytes / partitions));
  }
}
