package io.broadcasty.push;

import java.time.Duration;

/**
 * How notifications are sent.
 *
 * @param retention for how long it is known what became of them, and their ids
 * @param maxInFlight how many this node has under way to one push service
 */
public record PushSettings(Duration retention, int maxInFlight) {}
