package io.broadcasty.admin.key;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.rbac.Action;
import java.util.Set;

/**
 * Some channels, and what an API key may do there.
 *
 * @param channels a channel's name, or a pattern such as {@code orders.*}, which covers channels of
 *     its own kind only
 * @param actions at least one
 */
public record KeyScope(String channels, Set<Action> actions) {

  /**
   * @throws InvalidChannelException when the channel or the pattern is malformed
   * @throws IllegalArgumentException when there is no action
   */
  public KeyScope {
    actions = Set.copyOf(actions);
    if (actions.isEmpty()) {
      throw new IllegalArgumentException("a scope needs an operation");
    }
    if (ChannelPattern.isPattern(channels)) {
      ChannelPattern.parse(channels);
    } else {
      new ChannelName(channels);
    }
  }

  /** Returns whether the scope covers an action on a channel, or on all channels of a pattern. */
  public boolean covers(String nameOrPattern, Action action) {
    if (!actions.contains(action)) {
      return false;
    }
    if (!ChannelPattern.isPattern(channels)) {
      return channels.equals(nameOrPattern);
    }
    String prefix = withoutStar(channels);
    return withoutStar(nameOrPattern).startsWith(prefix)
        && ChannelPattern.kind(nameOrPattern) == ChannelPattern.kind(prefix);
  }

  private static String withoutStar(String text) {
    return ChannelPattern.isPattern(text) ? text.substring(0, text.length() - 1) : text;
  }
}
