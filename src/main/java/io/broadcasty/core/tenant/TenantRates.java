package io.broadcasty.core.tenant;

/**
 * The rates of a tenant, its users and its channels.
 *
 * @param user publications and commands of one user
 * @param channel publications to one channel
 * @param tenant publications and commands of all users together
 * @param userBytes bytes that one user sends
 * @param tenantBytes bytes that all users together send
 */
public record TenantRates(Rate user, Rate channel, Rate tenant, Rate userBytes, Rate tenantBytes) {

  /** Returns a copy with another rate of a user. */
  TenantRates withUser(Rate changed) {
    return new TenantRates(changed, channel, tenant, userBytes, tenantBytes);
  }

  /** Returns a copy with another rate of a channel. */
  TenantRates withChannel(Rate changed) {
    return new TenantRates(user, changed, tenant, userBytes, tenantBytes);
  }

  /** Returns a copy with another rate of the tenant. */
  TenantRates withTenant(Rate changed) {
    return new TenantRates(user, channel, changed, userBytes, tenantBytes);
  }

  /** Returns a copy with another rate of a user's bytes. */
  TenantRates withUserBytes(Rate changed) {
    return new TenantRates(user, channel, tenant, changed, tenantBytes);
  }

  /** Returns a copy with another rate of the tenant's bytes. */
  TenantRates withTenantBytes(Rate changed) {
    return new TenantRates(user, channel, tenant, userBytes, changed);
  }
}
