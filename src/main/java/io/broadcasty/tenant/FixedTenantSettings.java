package io.broadcasty.tenant;

import java.util.Map;

/**
 * Settings that do not change, as those of the configuration.
 *
 * @param defaults of tenants that have none of their own
 * @param own by tenant
 */
public record FixedTenantSettings(TenantSettings defaults, Map<TenantId, TenantSettings> own)
    implements TenantSettingsLookup {

  public FixedTenantSettings {
    own = Map.copyOf(own);
  }

  @Override
  public TenantSettings of(TenantId tenant) {
    TenantSettings found = own.get(tenant);
    return found == null ? defaults : found;
  }
}
