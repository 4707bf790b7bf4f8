package io.broadcasty.ratelimit;

import io.broadcasty.tenant.Rate;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.tenant.TenantSettings;
import io.broadcasty.tenant.TenantSettingsLookup;

/**
 * How much each scope may do.
 *
 * @param enabled whether limits are in force
 * @param address the rate of one client address, which belongs to no tenant
 * @param tenants says the rates of users and channels; asked each time
 */
public record RateLimits(boolean enabled, Rate address, TenantSettingsLookup tenants) {

  /** The rate in force now. */
  public Rate of(RateKey key) {
    TenantId tenant = key.tenant();
    return of(key.scope(), tenant == null ? tenants.defaults() : tenants.of(tenant));
  }

  /** The rate of tenants that have none of their own. */
  public Rate defaultOf(RateLimiter.Scope scope) {
    return of(scope, tenants.defaults());
  }

  private Rate of(RateLimiter.Scope scope, TenantSettings settings) {
    return switch (scope) {
      case IP -> address;
      case USER -> settings.userRate();
      case CHANNEL -> settings.channelRate();
    };
  }
}
