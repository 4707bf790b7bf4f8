package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import java.util.Set;

/**
 * The default policy: everyone may read public channels; reading and presence on {@code private-*}
 * and {@code presence-*} need the role {@code member}; publishing needs {@code admin} or {@code
 * publisher}.
 */
@ThreadSafe
public final class DefaultPolicyResolver implements PolicyResolver {

  @Override
  public boolean authorize(
      String tenant, String channel, String userId, Set<String> roles, Action action) {
    if (action == Action.PUBLISH) {
      return roles.contains(Roles.ADMIN) || roles.contains(Roles.PUBLISHER);
    }
    boolean open =
        !channel.startsWith(ChannelName.Kind.PRIVATE.prefix())
            && !channel.startsWith(ChannelName.Kind.PRESENCE.prefix());
    return open || roles.contains(Roles.MEMBER);
  }
}
