package io.broadcasty.admin.audit;

import io.broadcasty.core.request.RequestId;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * An entry for the audit log.
 *
 * @param tenant the tenant concerned; null for the whole service
 * @param action the action, at most 64 characters: {@code driver.switch}
 * @param outcome what became of it
 * @param actorTenant the caller's tenant, as far as it is known
 * @param actor the caller's subject; null for the service itself, or where it is unknown
 * @param ip the caller's address; null where there is no caller
 * @param target what the action concerns, as {@code kind:id}, such as {@code key:5f2c1b7a90d34e68};
 *     null for none. The kind {@code user} is for people, whose names belong nowhere else
 * @param context more facts as JSON, without secrets, payloads and names of people; null for none
 * @param requestId the HTTP request that asked for it; null where there was none
 * @param timeMillis when it happened, in milliseconds since the Unix epoch
 */
public record AuditEvent(
    @Nullable TenantId tenant,
    String action,
    AuditOutcome outcome,
    @Nullable TenantId actorTenant,
    @Nullable String actor,
    @Nullable String ip,
    @Nullable String target,
    @Nullable String context,
    @Nullable String requestId,
    long timeMillis) {

  /** Creates an entry that names the request which the current thread is serving, if any. */
  public AuditEvent(
      @Nullable TenantId tenant,
      String action,
      AuditOutcome outcome,
      @Nullable TenantId actorTenant,
      @Nullable String actor,
      @Nullable String ip,
      @Nullable String target,
      @Nullable String context,
      long timeMillis) {
    this(
        tenant,
        action,
        outcome,
        actorTenant,
        actor,
        ip,
        target,
        context,
        RequestId.current(),
        timeMillis);
  }

  /** Creates an entry for what the service did by itself. */
  public static AuditEvent ofService(
      @Nullable TenantId tenant, String action, @Nullable String context, long timeMillis) {
    return new AuditEvent(
        tenant, action, AuditOutcome.DONE, null, null, null, null, context, timeMillis);
  }
}
