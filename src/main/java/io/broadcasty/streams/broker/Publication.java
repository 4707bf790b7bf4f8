package io.broadcasty.streams.broker;

/**
 * An envelope with its assigned position.
 *
 * @param timeMillis when it was appended, by the broker's wall clock
 */
public record Publication(Envelope envelope, Position position, long timeMillis) {}
