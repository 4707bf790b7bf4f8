package io.broadcasty.transport.body;

import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Whose body is read.
 *
 * @param tenant null for a client without a token
 * @param subject the user; of a client without a token its address
 * @param address the client's address
 * @param maxSingleBytes the longest body of the tenant that is not an array
 */
public record BodyOwner(
    @Nullable TenantId tenant, String subject, String address, int maxSingleBytes) {

  /** Creates the owner of a body whose client needs no token. */
  public static BodyOwner ofAddress(String address, int maxBytes) {
    return new BodyOwner(null, address, address, maxBytes);
  }

  /** A user, as a key by which bodies are counted. */
  record User(@Nullable TenantId tenant, String subject) {}

  User user() {
    return new User(tenant, subject);
  }

  /** Returns the tenant, or what stands for all clients without a token, as such a key. */
  Object tenantKey() {
    return tenant == null ? "" : tenant;
  }
}
