package io.broadcasty.admin.audit;

import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log, as it is read.
 *
 * @param id orders entries of the same time
 * @param tenant empty for the whole service
 * @param outcome null for an entry of a release that wrote none
 * @param requestId the HTTP request that asked for it; null where there was none
 * @param number the place in the tenant's chain, from 1; 0 for an entry that is in no chain
 * @param hash of the entry and those before it; null for an entry that is in no chain
 */
public record AuditEntry(
    long id,
    String tenant,
    String action,
    @Nullable String outcome,
    @Nullable String actorTenant,
    @Nullable String actor,
    @Nullable String ip,
    @Nullable String target,
    @Nullable String context,
    @Nullable String requestId,
    long timeMillis,
    long number,
    @Nullable String hash) {

  /** Returns where the entries before this one are read from. */
  public AuditCursor cursor() {
    return new AuditCursor(timeMillis, id);
  }
}
