package io.broadcasty.transport.body;

import io.broadcasty.core.tenant.TenantId;

/**
 * Whose body is read.
 *
 * @param address the client's address
 * @param maxSingleBytes the longest body of the tenant that is not an array
 */
public record BodyOwner(TenantId tenant, String subject, String address, int maxSingleBytes) {

  /** A user, as a key by which bodies are counted. */
  record User(TenantId tenant, String subject) {}

  User user() {
    return new User(tenant, subject);
  }
}
