package io.broadcasty.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.tenant.TenantId;

/** Remembers the nonces of requests, to protect them against replay. */
@ThreadSafe
public interface NonceStore {

  /**
   * Returns whether this user has not used the nonce before, as far back as the store remembers,
   * and marks it as used. May block.
   *
   * @throws AuthenticationUnavailableException when the store cannot be reached now
   */
  boolean isFirstUse(TenantId tenant, String subject, String nonce);
}
