package io.broadcasty.core.channel;

/**
 * A pattern that matches all channels of one kind whose names begin with a prefix; written with a
 * {@code *} at the end, as in {@code orders.*}. A pattern never matches channels of another kind:
 * {@code *} means public channels only.
 *
 * @param prefix the prefix of the names; may be empty
 */
public record ChannelPattern(String prefix) {

  /**
   * @throws InvalidChannelException when the prefix contains a character that channel names may not
   *     contain, or is too long
   */
  public ChannelPattern {
    if (!prefix.isEmpty()) {
      ChannelName.check(prefix, "channel pattern");
    }
  }

  /** Returns whether a text has the form of a pattern. */
  public static boolean isPattern(String text) {
    return text.endsWith("*");
  }

  /**
   * Parses a pattern such as {@code orders.*}.
   *
   * @throws InvalidChannelException when it is malformed
   */
  public static ChannelPattern parse(String text) {
    if (!isPattern(text)) {
      throw new InvalidChannelException("a channel pattern ends in *");
    }
    return new ChannelPattern(text.substring(0, text.length() - 1));
  }

  /** Returns the kind of a channel's name, or of all channels that a pattern matches. */
  public static ChannelName.Kind kind(String nameOrPattern) {
    return ChannelName.Kind.of(nameOrPattern);
  }

  /** Returns the kind of every channel that it matches. */
  public ChannelName.Kind kind() {
    return ChannelName.Kind.of(prefix);
  }

  /** Returns whether the pattern matches a channel. */
  public boolean matches(ChannelName channel) {
    return channel.value().startsWith(prefix) && channel.kind() == kind();
  }

  @Override
  public String toString() {
    return prefix + "*";
  }
}
