package io.broadcasty.ratelimit;

import io.broadcasty.tenant.TenantId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whose bucket it is.
 *
 * @param scope which limit applies
 * @param tenant whose settings say the rate; null for an address, which belongs to no tenant
 * @param name of the address, the user or the channel
 */
public record RateKey(RateLimiter.Scope scope, @Nullable TenantId tenant, String name) {

  public RateKey {
    if ((scope == RateLimiter.Scope.IP) != (tenant == null)) {
      throw new IllegalArgumentException("users and channels have a tenant, addresses have none");
    }
  }

  /** A client's address. */
  public static RateKey ofAddress(String address) {
    return new RateKey(RateLimiter.Scope.IP, null, address);
  }

  /** A user of a tenant. */
  public static RateKey ofUser(TenantId tenant, String subject) {
    return new RateKey(RateLimiter.Scope.USER, tenant, subject);
  }

  /** A channel of a tenant. */
  public static RateKey ofChannel(TenantId tenant, String channel) {
    return new RateKey(RateLimiter.Scope.CHANNEL, tenant, channel);
  }

  /** The same on every JVM, which {@link Enum#hashCode} is not; and quicker. */
  @Override
  public int hashCode() {
    return (name.hashCode() * 31 + Objects.hashCode(tenant)) * 31 + scope.ordinal();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RateKey key
        && scope == key.scope
        && name.equals(key.name)
        && Objects.equals(tenant, key.tenant);
  }
}
