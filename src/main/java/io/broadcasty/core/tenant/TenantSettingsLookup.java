package io.broadcasty.core.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;
import java.util.Map;

/**
 * Returns the settings in force for each tenant. Callers ask each time they use a setting, so that
 * a change takes effect at once.
 *
 * <p>A lookup never blocks, never throws and allocates nothing. What a thread gets is at least as
 * new as what it got before.
 */
@ThreadSafe
public interface TenantSettingsLookup {

  /**
   * Returns the settings of a tenant; {@link #defaults} when it has none of its own. Never null.
   */
  TenantSettings of(TenantId tenant);

  /** Returns the settings of tenants that have none of their own. */
  TenantSettings defaults();

  /**
   * Returns the longest age at which publications of any tenant are kept. May iterate over all
   * tenants; not for the request path.
   */
  Duration longestRetention();

  /** Returns a lookup with the same settings for every tenant, which never change. */
  static TenantSettingsLookup uniform(TenantSettings settings) {
    return new FixedTenantSettings(settings, Map.of());
  }
}
