package io.broadcasty.core.ratelimit;

import io.broadcasty.core.tenant.TenantId;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a rate limit's bucket.
 *
 * @param scope the limit that applies
 * @param tenant the tenant whose settings define the rate; null for an address, which belongs to no
 *     tenant
 * @param name the name of the address, the user or the channel; empty for the tenant as a whole
 */
public record RateKey(RateLimiter.Scope scope, @Nullable TenantId tenant, String name)
    implements Comparable<RateKey> {

  private static final Comparator<RateKey> ORDER =
      Comparator.comparing(RateKey::scope)
          .thenComparing(key -> key.tenant() == null ? "" : key.tenant().value())
          .thenComparing(RateKey::name);

  public RateKey {
    if (scope.isOfAddress() != (tenant == null)) {
      throw new IllegalArgumentException(
          "every key needs a tenant except that of an address, which must have none");
    }
  }

  /** Returns the key of a client's address. */
  public static RateKey ofAddress(String address) {
    return new RateKey(RateLimiter.Scope.IP, null, address);
  }

  /** Returns the key of the pings of a client's address. */
  public static RateKey ofPing(String address) {
    return new RateKey(RateLimiter.Scope.PING, null, address);
  }

  /** Returns the key of a tenant's user. */
  public static RateKey ofUser(TenantId tenant, String subject) {
    return new RateKey(RateLimiter.Scope.USER, tenant, subject);
  }

  /** Returns the key of a tenant's channel. */
  public static RateKey ofChannel(TenantId tenant, String channel) {
    return new RateKey(RateLimiter.Scope.CHANNEL, tenant, channel);
  }

  /** Returns the key of all users of a tenant together. */
  public static RateKey ofTenant(TenantId tenant) {
    return new RateKey(RateLimiter.Scope.TENANT, tenant, "");
  }

  /** Returns the key of the bytes that a tenant's user sends. */
  public static RateKey ofUserBytes(TenantId tenant, String subject) {
    return new RateKey(RateLimiter.Scope.USER_BYTES, tenant, subject);
  }

  /** Returns the key of the bytes that all users of a tenant send. */
  public static RateKey ofTenantBytes(TenantId tenant) {
    return new RateKey(RateLimiter.Scope.TENANT_BYTES, tenant, "");
  }

  /** Orders keys, so that a hash table finds them quickly even when a client makes them collide. */
  @Override
  public int compareTo(RateKey other) {
    return ORDER.compare(this, other);
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
