package io.broadcasty.delivery.occupancy;

import java.time.Duration;

/**
 * The intervals of a node's reports.
 *
 * @param round the interval of checks for changes; the changes within it are reported together
 * @param linger how long a channel without subscribers is kept, since many come back at once
 * @param renewal the interval in which each channel with subscribers is reported again, so that the
 *     store does not expire it; zero for a store that loses nothing
 * @param renewalsPerSecond how many channels are reported again in a second at most, which makes
 *     the interval longer, but not longer than {@link #LONGEST_RENEWAL}; zero for any number
 */
public record OccupancyTiming(
    Duration round, Duration linger, Duration renewal, int renewalsPerSecond) {

  /** In which time every channel is reported again, however many there are. */
  public static final Duration LONGEST_RENEWAL = Duration.ofHours(12);

  /** Creates a timing with any number of renewals. */
  public OccupancyTiming(Duration round, Duration linger, Duration renewal) {
    this(round, linger, renewal, 0);
  }

  /** Returns the interval in which each of a number of channels is reported again. */
  double renewalNanos(int channels) {
    double atRate = renewalsPerSecond == 0 ? 0 : channels * 1e9 / renewalsPerSecond;
    double longest = (double) LONGEST_RENEWAL.toNanos();
    return Math.max((double) renewal.toNanos(), Math.min(atRate, longest));
  }
}
