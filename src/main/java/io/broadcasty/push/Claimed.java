package io.broadcasty.push;

import io.broadcasty.tenant.TenantId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A dispatch that this node alone may try, until its lease ends.
 *
 * @param number its key in the queue
 * @param dispatchId the same each time it is claimed
 * @param device where it goes; null when the subscription is gone, or is another user's by now
 * @param ttlEndsAtMillis when the notification's own time to live ends
 * @param expiresAtMillis from when on it is not tried any more; not before {@code ttlEndsAtMillis}
 * @param attempts how often it has been tried, this time included
 */
public record Claimed(
    long number,
    UUID dispatchId,
    TenantId tenant,
    String subscriptionId,
    @Nullable DeviceAddress device,
    Notification notification,
    long ttlEndsAtMillis,
    long expiresAtMillis,
    int attempts) {}
