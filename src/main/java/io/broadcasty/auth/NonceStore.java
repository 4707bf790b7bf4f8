package io.broadcasty.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.tenant.TenantId;

/**
 * Remembers the nonces of requests, so that a request that was overheard cannot be sent once more.
 */
@ThreadSafe
public interface NonceStore {

  /**
   * Whether this user has not used the nonce before, as far back as the store remembers; from now
   * on it is used. May block.
   *
   * @throws AuthenticationUnavailableException when it cannot be told now
   */
  boolean isFirstUse(TenantId tenant, String subject, String nonce);
}
