package io.broadcasty.push;

/**
 * A claimed dispatch with its result.
 *
 * @param tookNanos how long the service took; 0 when it was not called
 */
public record Settled(Claimed claimed, Settlement settlement, long tookNanos) {}
