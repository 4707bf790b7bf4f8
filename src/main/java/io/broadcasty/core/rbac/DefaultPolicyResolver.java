package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import java.util.Set;

/**
 * The default policy: everyone may read public channels; reading and presence on {@code private-*}
 * and {@code presence-*} need the role {@code member} or {@code participant}; publishing needs
 * {@code admin} or {@code publisher}, or, on {@code private-*} and {@code presence-*}, {@code
 * participant}.
 */
@ThreadSafe
public final class DefaultPolicyResolver implements PolicyResolver {

  @Override
  public boolean authorize(
      String tenant, String channel, String userId, Set<String> roles, Action action) {
    boolean open =
        !channel.startsWith(ChannelName.Kind.PRIVATE.prefix())
            && !channel.startsWith(ChannelName.Kind.PRESENCE.prefix());
    boolean participates = !open && roles.contains(Roles.PARTICIPANT);
    if (action == Action.PUBLISH) {
      return participates || isBackEnd(roles);
    }
    return open || participates || roles.contains(Roles.MEMBER);
  }

  /** {@inheritDoc} A participant may publish, but only as itself. */
  @Override
  public boolean mayActForOthers(AccessRequest request) {
    return isBackEnd(request.roles());
  }

  private static boolean isBackEnd(Set<String> roles) {
    return roles.contains(Roles.ADMIN) || roles.contains(Roles.PUBLISHER);
  }
}
