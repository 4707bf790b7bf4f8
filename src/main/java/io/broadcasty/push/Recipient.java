package io.broadcasty.push;

/**
 * A device as the queue knows it: without its address, which is read when it is needed.
 *
 * @param user whose it is now; should it become somebody else's, nothing is sent
 */
public record Recipient(String subscriptionId, String user, PushService service) {}
