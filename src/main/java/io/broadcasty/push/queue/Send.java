package io.broadcasty.push.queue;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.push.provider.Notification;
import java.time.Duration;

/**
 * A notification that a tenant sends to one or more devices.
 *
 * @param id the sender's idempotency id, or a generated one
 * @param createdAtMillis when it was accepted, by the wall clock; its time to live begins then
 * @param expiresAtMillis the time after which it is not tried again
 */
public record Send(
    TenantId tenant,
    String id,
    Notification notification,
    long createdAtMillis,
    long expiresAtMillis) {

  /**
   * The shortest time that a notification is tried for, even with a shorter time to live, since the
   * first attempt takes a while.
   */
  static final Duration MIN_LIFETIME = Duration.ofMinutes(1);

  /** Creates a send that is accepted now and tried until its time to live ends. */
  public static Send createdNow(
      TenantId tenant, String id, Notification notification, long nowMillis) {
    long lifetimeMillis = Math.max(notification.ttl().toMillis(), MIN_LIFETIME.toMillis());
    return new Send(tenant, id, notification, nowMillis, nowMillis + lifetimeMillis);
  }
}
