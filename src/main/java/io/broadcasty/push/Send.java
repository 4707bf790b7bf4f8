package io.broadcasty.push;

import io.broadcasty.tenant.TenantId;
import java.time.Duration;

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
    long expiresAtMillis) {

  /** A notification that lives for less is tried for so long: the first try takes its time. */
  static final Duration SHORTEST_LIFE = Duration.ofMinutes(1);

  /** One that is taken now, and tried as long as it lives. */
  public static Send now(TenantId tenant, String id, Notification notification, long nowMillis) {
    long life = Math.max(notification.ttl().toMillis(), SHORTEST_LIFE.toMillis());
    return new Send(tenant, id, notification, nowMillis, nowMillis + life);
  }
}
