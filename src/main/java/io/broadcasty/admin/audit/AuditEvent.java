package io.broadcasty.admin.audit;

import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log.
 *
 * @param tenant the tenant concerned; null for the whole service
 * @param action the action, at most 64 characters: {@code driver.switch}
 * @param actor the caller's subject; null for the service itself
 * @param ip the caller's address; null where there is no caller
 * @param context more facts as JSON, without secrets and payloads; null for none
 * @param timeMillis when it happened, in milliseconds since the Unix epoch
 */
public record AuditEvent(
    @Nullable TenantId tenant,
    String action,
    @Nullable String actor,
    @Nullable String ip,
    @Nullable String context,
    long timeMillis) {}
