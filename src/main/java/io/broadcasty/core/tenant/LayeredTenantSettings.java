package io.broadcasty.core.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The settings of a source, overridden by those of another one that is opened later. Either fails
 * both.
 */
@ThreadSafe
public final class LayeredTenantSettings implements TenantSettingsSource {

  private final TenantSettingsSource base;
  private volatile TenantSettingsSource top = TenantSettingsSource.NONE;

  /**
   * @param base asked first
   */
  public LayeredTenantSettings(TenantSettingsSource base) {
    this.base = base;
  }

  /** Has a source override the settings from now on. */
  public void overrideWith(TenantSettingsSource source) {
    top = source;
  }

  @Override
  public TenantSettings load(TenantId tenant, TenantSettings configured) {
    return top.load(tenant, base.load(tenant, configured));
  }

  @Override
  public Map<TenantId, TenantSettings> loadAll(TenantSettingsLookup configured) {
    Map<TenantId, TenantSettings> all = new HashMap<>(base.loadAll(configured));
    all.putAll(top.loadAll(new Overridden(configured, Map.copyOf(all))));
    return all;
  }

  /** The settings of the configuration with those of the base. */
  @ThreadSafe
  private record Overridden(TenantSettingsLookup configured, Map<TenantId, TenantSettings> own)
      implements TenantSettingsLookup {

    @Override
    public TenantSettings of(TenantId tenant) {
      TenantSettings found = own.get(tenant);
      return found == null ? configured.of(tenant) : found;
    }

    @Override
    public TenantSettings defaults() {
      return configured.defaults();
    }

    @Override
    public Duration longestRetention() {
      Duration longest = FixedTenantSettings.longestOf(configured.defaults(), own.values());
      Duration other = configured.longestRetention();
      return other.compareTo(longest) > 0 ? other : longest;
    }
  }
}
