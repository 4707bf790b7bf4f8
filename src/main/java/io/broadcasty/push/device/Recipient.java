package io.broadcasty.push.device;

/**
 * A device as the queue stores it: without its address, which is looked up when it is sent to.
 *
 * @param user its user when the send was queued; if the device belongs to another user by then,
 *     nothing is sent
 */
public record Recipient(String subscriptionId, String user, PushService service) {}
