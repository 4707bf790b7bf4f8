package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what stands behind tickets, until it is taken or has expired. Whoever reads the store
 * learns no token: the contents are encrypted with what only the tickets have. Every method may
 * block.
 */
@ThreadSafe
public interface TicketStore {

  /**
   * Keeps a content.
   *
   * @param tenant whose memory it counts for
   * @param id identifies it in the whole cluster; never used before
   * @throws AuthenticationUnavailableException when the store cannot be reached, or has no room,
   *     now
   */
  void put(TenantId tenant, String id, byte[] content);

  /**
   * Removes a content and returns it. Of several nodes that take the same one, one gets it.
   *
   * @return null when there is none, when it was taken before, or has expired
   * @throws AuthenticationUnavailableException when the store cannot be reached now
   */
  byte @Nullable [] take(String id);
}
