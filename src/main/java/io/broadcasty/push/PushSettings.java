package io.broadcasty.push;

import java.time.Duration;

/**
 * Settings of sending notifications.
 *
 * @param retention how long the status and the ids of sends are kept
 * @param confirmedWithin for how long the roles of a device's confirmation count
 * @param maxInFlight the most dispatches that this node has in flight to one push service
 */
public record PushSettings(Duration retention, Duration confirmedWithin, int maxInFlight) {}
