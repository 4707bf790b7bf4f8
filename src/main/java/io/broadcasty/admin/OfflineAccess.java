package io.broadcasty.admin;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/** Ends what a user gets without a connection: notifications to the user's devices. */
@ThreadSafe
@FunctionalInterface
public interface OfflineAccess {

  /**
   * Ends the notifications that depend on a user's roles, also those that wait to be sent, until
   * the user proves the roles again. May block on the store.
   *
   * @param tenant null for every tenant
   * @return how many devices had proved roles
   * @throws ControlException when the store cannot be reached; trying again is right
   */
  int end(@Nullable TenantId tenant, String user);
}
