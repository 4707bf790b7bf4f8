package io.broadcasty.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import java.time.Duration;
import java.util.Map;

/**
 * The settings in force now. Whoever needs a setting asks here each time it is used, so that a
 * change takes effect at once.
 *
 * <p>Asking never blocks, never throws and allocates nothing. What a thread is answered is at least
 * as new as what it was answered before.
 */
@ThreadSafe
public interface TenantSettingsLookup {

  /** The settings of a tenant; {@link #defaults} when it has none of its own. Never null. */
  TenantSettings of(TenantId tenant);

  /** What a tenant has that has no settings of its own. */
  TenantSettings defaults();

  /**
   * The longest age at which publications of any tenant are kept. May go through all tenants, so
   * not for the path of a request.
   */
  Duration longestRetention();

  /** The same settings for every tenant, for ever. */
  static TenantSettingsLookup same(TenantSettings settings) {
    return new FixedTenantSettings(settings, Map.of());
  }
}
