package io.broadcasty.broker;

/**
 * An envelope that has been given its position.
 *
 * @param timeMillis the broker's wall clock when it was appended
 */
public record Publication(Envelope envelope, Position position, long timeMillis) {}
