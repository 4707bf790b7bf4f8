package io.broadcasty.webhook;

import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A message to one endpoint, before it is stored.
 *
 * @param id equal over all attempts; receivers know a repetition by it
 * @param channel the channel's name; null for none
 * @param body JSON
 * @param dueAtMillis when it is to be sent at the earliest
 */
public record WebhookMessage(
    String id,
    String endpointId,
    TenantId tenant,
    WebhookEventType type,
    @Nullable String channel,
    @Nullable String user,
    String body,
    long createdAtMillis,
    long dueAtMillis) {

  /** Omits the body. */
  @Override
  public String toString() {
    return id;
  }
}
