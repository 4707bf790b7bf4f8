package io.broadcasty.push;

/**
 * A claimed dispatch and what becomes of it.
 *
 * @param tookNanos how long the service took; 0 when it was not asked
 */
public record Settled(Claimed claimed, Settlement settlement, long tookNanos) {}
