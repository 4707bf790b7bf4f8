package io.broadcasty.wire;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.channel.UserChannel;

/**
 * The names of channels in the Pusher protocol. They are the names of Broadcasty, except that a
 * user's own channel is written {@code #server-to-user-} there. Pure.
 */
public final class PusherChannel {

  private static final String USER_PREFIX = "#server-to-user-";

  private PusherChannel() {}

  /**
   * Returns the channel of a name in the Pusher protocol.
   *
   * @throws InvalidChannelException when the name is malformed
   */
  public static ChannelName toChannel(String name) {
    return name.startsWith(USER_PREFIX)
        ? UserChannel.of(name.substring(USER_PREFIX.length()))
        : new ChannelName(name);
  }

  /** Returns a channel's name in the Pusher protocol. */
  public static String toPusher(ChannelName channel) {
    String user = UserChannel.user(channel);
    return user == null ? channel.value() : USER_PREFIX + user;
  }

  /** Returns what the names of channels begin with that begin so in the Pusher protocol. */
  public static String toPrefix(String prefix) {
    return prefix.startsWith(USER_PREFIX)
        ? UserChannel.prefix(prefix.substring(USER_PREFIX.length()))
        : prefix;
  }

  /** Returns whether the last event is kept for subscribers that come later. */
  public static boolean isCached(ChannelName channel) {
    String prefix = channel.kind().prefix();
    return channel.value().startsWith("cache-", prefix.length());
  }
}
