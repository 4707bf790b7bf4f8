package io.broadcasty.core.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;

/**
 * Tenant settings that never change, such as those of the configuration.
 *
 * @param defaults settings of tenants that have none of their own
 * @param own the tenants' own settings
 */
@ThreadSafe
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

  @Override
  public Duration longestRetention() {
    return longestOf(defaults, own.values());
  }

  static Duration longestOf(TenantSettings first, Collection<TenantSettings> others) {
    Duration longest = first.retention().age();
    for (TenantSettings other : others) {
      Duration age = other.retention().age();
      longest = age.compareTo(longest) > 0 ? age : longest;
    }
    return longest;
  }
}
