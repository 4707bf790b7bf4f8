package io.broadcasty.audit;

import io.broadcasty.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done.
 *
 * @param tenant whom it concerns; null for the whole service
 * @param action what, at most 64 characters: {@code driver.switch}
 * @param actor the caller's subject; null for the service itself
 * @param ip the caller's address; null where there is no caller
 * @param context JSON of more, without secrets and payloads; null for none
 * @param timeMillis when, since the Unix epoch
 */
public record AuditEvent(
    @Nullable TenantId tenant,
    String action,
    @Nullable String actor,
    @Nullable String ip,
    @Nullable String context,
    long timeMillis) {}
