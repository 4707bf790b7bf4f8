package io.broadcasty.push;

import io.broadcasty.auth.Caller;
import io.broadcasty.rbac.Roles;

/** Who may do what that no channel's policy decides. */
final class PushRights {

  static final String NEEDED =
      "this needs the role `" + Roles.PUBLISHER + "` or `" + Roles.ADMIN + "`";

  private PushRights() {}

  /** Whether the caller may send to users of its tenant and look after their devices. */
  static boolean overUsers(Caller caller) {
    return caller.roles().contains(Roles.ADMIN) || caller.roles().contains(Roles.PUBLISHER);
  }
}
