package io.broadcasty.admin.audit;

import org.jspecify.annotations.Nullable;

/**
 * Which entries of the audit log are read. Null is for any.
 *
 * @param tenant empty for the entries of the whole service
 * @param fromMillis the earliest time, inclusive
 * @param untilMillis the latest time, exclusive
 * @param action an action, or with a {@code *} at its end all that begin so: {@code key.*}
 * @param target as the entry has it: {@code kind:id}
 */
public record AuditFilter(
    @Nullable String tenant,
    long fromMillis,
    long untilMillis,
    @Nullable String actor,
    @Nullable String action,
    @Nullable String target,
    @Nullable AuditOutcome outcome,
    @Nullable String requestId) {

  /** Returns a filter that only names the tenant. */
  public static AuditFilter ofTenant(@Nullable String tenant) {
    return new AuditFilter(tenant, 0, Long.MAX_VALUE, null, null, null, null, null);
  }
}
