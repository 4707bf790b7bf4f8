package io.broadcasty.core.ratelimit;

import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsLookup;

/**
 * The rate limits of addresses, tenants, users and channels.
 *
 * @param enabled whether limits are in force
 * @param address the rate of one client address, which belongs to no tenant
 * @param tenants the rates of tenants, users and channels; queried each time
 */
public record RateLimits(boolean enabled, Rate address, TenantSettingsLookup tenants) {

  /** Returns the rate in force now for a bucket. */
  public Rate of(RateKey key) {
    TenantId tenant = key.tenant();
    return of(key.scope(), tenant == null ? tenants.defaults() : tenants.of(tenant));
  }

  /** Returns the rate of tenants that have none of their own. */
  public Rate defaultOf(RateLimiter.Scope scope) {
    return of(scope, tenants.defaults());
  }

  private Rate of(RateLimiter.Scope scope, TenantSettings settings) {
    return switch (scope) {
      case IP, PING -> address;
      case USER -> settings.rates().user();
      case CHANNEL -> settings.rates().channel();
      case TENANT -> settings.rates().tenant();
      case USER_BYTES -> settings.rates().userBytes();
      case TENANT_BYTES -> settings.rates().tenantBytes();
    };
  }
}
