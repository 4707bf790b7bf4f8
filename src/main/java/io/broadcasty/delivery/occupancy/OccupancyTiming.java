package io.broadcasty.delivery.occupancy;

import java.time.Duration;

/**
 * The intervals of a node's reports.
 *
 * @param round the interval of checks for changes; the changes within it are reported together
 * @param linger how long a channel without subscribers is kept, since many come back at once
 * @param renewal the interval in which each channel with subscribers is reported again, so that the
 *     store does not expire it; zero for a store that loses nothing
 */
public record OccupancyTiming(Duration round, Duration linger, Duration renewal) {}
