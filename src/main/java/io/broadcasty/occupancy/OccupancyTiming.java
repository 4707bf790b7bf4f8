package io.broadcasty.occupancy;

import java.time.Duration;

/**
 * When a node says what.
 *
 * @param round between two looks at what has changed; what has changed meanwhile is said together
 * @param linger for how long a channel without subscribers is kept: many come back at once
 * @param renewal in so long each channel with subscribers is said again, lest the store takes it
 *     for lost; zero where the store loses nothing
 */
public record OccupancyTiming(Duration round, Duration linger, Duration renewal) {}
