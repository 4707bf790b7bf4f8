package io.broadcasty.core.rbac;

import org.jspecify.annotations.Nullable;

/**
 * How the channels of a policy are kept and served, besides who may do what on them.
 *
 * @param retention what is kept at most
 * @param compaction whether only the newest publication of a key is kept; false means as configured
 * @param partitions 1 to {@link #MAX_PARTITIONS}; null means one
 * @param presence whether users can be present on presence channels
 * @param lastValue whether a subscription of such a channel that names no position begins with the
 *     newest publication
 * @param mirror whether streams in Redis are copied to the database; false means as configured
 */
public record ChannelSettings(
    RetentionLimits retention,
    boolean compaction,
    @Nullable Integer partitions,
    boolean presence,
    boolean lastValue,
    boolean mirror) {

  /** The most partitions that a policy can set: every subscription reads all of them. */
  public static final int MAX_PARTITIONS = 64;

  /** Those of a channel without a policy. */
  public static final ChannelSettings NONE =
      new ChannelSettings(RetentionLimits.NONE, false, null, true, false, false);

  public ChannelSettings {
    if (partitions != null && (partitions < 1 || partitions > MAX_PARTITIONS)) {
      throw new IllegalArgumentException("there are 1 to " + MAX_PARTITIONS + " partitions");
    }
  }

  /** Returns whether they are those of a channel without a policy. */
  public boolean isNone() {
    return equals(NONE);
  }
}
