package io.broadcasty.admin.revocation;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.core.tenant.TenantId;

/** The devices on which users get notifications without a connection. */
@ThreadSafe
@FunctionalInterface
public interface UserDevices {

  /**
   * Removes all devices of a user, until they are registered again with a valid token: they get no
   * more notifications, nor those that wait to be sent. May block on the store.
   *
   * @return how many were removed
   * @throws ControlException when the store cannot be reached; trying again is right
   */
  int removeAll(TenantId tenant, String user);
}
