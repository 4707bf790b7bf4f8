package io.broadcasty.core.ratelimit;

import io.broadcasty.core.tenant.TenantId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a rate limit's bucket.
 *
 * @param scope the limit that applies
 * @param tenant the tenant whose settings define the rate; null for an address, which belongs to no
 *     tenant
 * @param name the name of the address, the user or the channel
 */
public record RateKey(RateLimiter.Scope scope, @Nullable TenantId tenant, String name) {

  public RateKey {
    if ((scope == RateLimiter.Scope.IP) != (tenant == null)) {
      throw new IllegalArgumentException(
          "the key of a user or channel needs a tenant, that of an address must have none");
    }
  }

  /** Returns the key of a client's address. */
  public static RateKey ofAddress(String address) {
    return new RateKey(RateLimiter.Scope.IP, null, address);
  }

  /** Returns the key of a tenant's user. */
  public static RateKey ofUser(TenantId tenant, String subject) {
    return new RateKey(RateLimiter.Scope.USER, tenant, subject);
  }

  /** Returns the key of a tenant's channel. */
  public static RateKey ofChannel(TenantId tenant, String channel) {
    return new RateKey(RateLimiter.Scope.CHANNEL, tenant, channel);
  }

  /** Returns a hash that is the same on every JVM, unlike {@link Enum#hashCode}; also faster. */
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
