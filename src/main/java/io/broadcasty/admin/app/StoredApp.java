package io.broadcasty.admin.app;

import io.broadcasty.core.tenant.TenantId;

/**
 * An app as it is stored.
 *
 * @param id digits
 * @param revision grows with each change
 */
public record StoredApp(
    String id,
    TenantId tenant,
    AppOptions options,
    AppCredentials credentials,
    long createdAtMillis,
    long updatedAtMillis,
    long revision) {

  StoredApp with(AppOptions newOptions, AppCredentials newCredentials, long nowMillis) {
    return new StoredApp(
        id, tenant, newOptions, newCredentials, createdAtMillis, nowMillis, revision);
  }

  /** Returns the id. */
  @Override
  public String toString() {
    return id;
  }
}
