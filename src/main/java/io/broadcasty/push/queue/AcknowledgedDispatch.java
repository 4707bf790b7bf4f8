package io.broadcasty.push.queue;

/**
 * A claimed dispatch with its result.
 *
 * @param durationNanos how long the service took; 0 when it was not called
 */
public record AcknowledgedDispatch(
    ClaimedDispatch claimed, DeliveryResult result, long durationNanos) {}
