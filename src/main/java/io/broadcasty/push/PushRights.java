package io.broadcasty.push;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.rbac.Roles;

/** Rights to push that do not depend on a channel's policy. */
final class PushRights {

  static final String REQUIRED_ROLES =
      "this needs a token with the role `" + Roles.PUBLISHER + "` or `" + Roles.ADMIN + "`";

  private PushRights() {}

  /**
   * Returns whether the caller may push to users of its tenant and manage their devices. An API key
   * may not: its scopes name channels only.
   */
  static boolean mayManageUsers(Caller caller) {
    return caller.keyId() == null
        && (caller.roles().contains(Roles.ADMIN) || caller.roles().contains(Roles.PUBLISHER));
  }
}
