package io.broadcasty.push;

import io.broadcasty.auth.Caller;
import io.broadcasty.rbac.Roles;

/** Rights to push that do not depend on a channel's policy. */
final class PushRights {

  static final String NEEDED =
      "this needs the role `" + Roles.PUBLISHER + "` or `" + Roles.ADMIN + "`";

  private PushRights() {}

  /** Returns whether the caller may push to users of its tenant and manage their devices. */
  static boolean overUsers(Caller caller) {
    return caller.roles().contains(Roles.ADMIN) || caller.roles().contains(Roles.PUBLISHER);
  }
}
