package io.broadcasty.core.channel;

import org.jspecify.annotations.Nullable;

/**
 * A user's own channel, {@code private-server-to-user:} and the user's id: back ends publish to it,
 * and only that user may subscribe to it, whatever the policies say.
 */
public final class UserChannel {

  private static final String PREFIX = "private-server-to-user:";

  private UserChannel() {}

  /**
   * Returns the channel of a user.
   *
   * @throws InvalidChannelException when the id has a character that names may not have
   */
  public static ChannelName of(String user) {
    return new ChannelName(PREFIX + user);
  }

  /** Returns what the names of the channels of users begin with whose ids begin so. */
  public static String prefix(String users) {
    return PREFIX + users;
  }

  /** Returns whose channel it is; null for any other channel. */
  public static @Nullable String user(ChannelName channel) {
    return user(channel.value());
  }

  /** Returns whose channel a name is; null for that of any other channel. */
  public static @Nullable String user(String channel) {
    return channel.startsWith(PREFIX) ? channel.substring(PREFIX.length()) : null;
  }
}
