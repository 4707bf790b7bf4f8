package io.broadcasty.admin.tenant;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantState;
import java.util.Map;

/**
 * A tenant as it is stored.
 *
 * @param name for people
 * @param state never {@link TenantState#UNKNOWN}
 * @param settings the tenant's own settings, by the names of the configuration; what is missing is
 *     as configured
 * @param revision differs after each change; compare it for equality only. Ignored for a tenant
 *     that is not stored yet
 */
public record Tenant(
    TenantId id,
    String name,
    TenantState state,
    Map<String, String> settings,
    long createdAtMillis,
    long updatedAtMillis,
    long revision) {

  /** The length of the longest name. */
  public static final int MAX_NAME = 200;

  public Tenant {
    settings = Map.copyOf(settings);
  }
}
