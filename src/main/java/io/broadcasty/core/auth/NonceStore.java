package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;

/** Remembers the nonces of requests, to protect them against replay. */
@ThreadSafe
public interface NonceStore {

  /**
   * Marks the nonce as used, and returns whether this user had not used it before, as far back as
   * the store remembers. May block.
   *
   * @throws AuthenticationUnavailableException when the store cannot be reached, or has no room,
   *     now
   */
  boolean tryUse(TenantId tenant, String subject, String nonce);
}
