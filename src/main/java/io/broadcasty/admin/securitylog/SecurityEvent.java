package io.broadcasty.admin.securitylog;

import io.broadcasty.core.tenant.TenantId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as the security log records it.
 *
 * @param cause why it happened, one of a few names for each type
 * @param tenant null when it is unknown
 * @param user the user's id; null when it is unknown
 * @param address the client's address; null when it is unknown
 * @param facts more fields by name, in order: texts, whole numbers and booleans, without secrets
 *     and payloads
 */
record SecurityEvent(
    SecurityEventType type,
    String cause,
    @Nullable TenantId tenant,
    @Nullable String user,
    @Nullable String address,
    Map<String, Object> facts) {

  /** Returns what the event is sampled by. */
  EventSampler.Key key() {
    return new EventSampler.Key(type, cause, tenant);
  }

  /** Returns whether the audit log gets the event too. */
  boolean isAudited() {
    return type.isAudited() && !key().isExpected();
  }
}
