package io.broadcasty.push.queue;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.provider.Notification;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A dispatch that this node has claimed: no other node may try it until the lease ends.
 *
 * @param number its key in the queue
 * @param dispatchId the same each time it is claimed
 * @param device where it goes; null when the subscription was removed or now belongs to another
 *     user
 * @param ttlEndsAtMillis when the notification's own time to live ends
 * @param expiresAtMillis the time after which it is not tried again; not before {@code
 *     ttlEndsAtMillis}
 * @param attempts how often it has been tried, including this time
 * @param topic the topic by which the device is addressed; null when it or its user was named, or
 *     {@code device} is null
 */
public record ClaimedDispatch(
    long number,
    UUID dispatchId,
    TenantId tenant,
    String subscriptionId,
    @Nullable DeviceAddress device,
    Notification notification,
    long ttlEndsAtMillis,
    long expiresAtMillis,
    int attempts,
    @Nullable FollowedTopic topic) {}
