package io.broadcasty.push;

import io.broadcasty.tenant.TenantId;

/**
 * A notification that a tenant wants sent.
 *
 * @param id the sender's idempotency id, or one that was made
 * @param createdAtMillis when it was taken, by the wall clock; its time to live begins then
 * @param expiresAtMillis from when on it is not tried any more
 */
public record Send(
    TenantId tenant,
    String id,
    Notification notification,
    long createdAtMillis,
    long expiresAtMillis) {}
