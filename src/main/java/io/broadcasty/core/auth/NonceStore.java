package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;

/** Remembers the nonces of requests, to protect them against replay. */
@ThreadSafe
public interface NonceStore {

  /**
   * Returns whether this user has not used the nonce before, as far back as the store remembers,
   * and marks it as used. May block.
   *
   * @throws AuthenticationUnavailableException when the store cannot be reached now
   */
  boolean tryUse(TenantId tenant, String subject, String nonce);
}
