package io.broadcasty.channel;

/**
 * All channels of one kind whose names begin with a prefix; written with a {@code *} at the end, as
 * in {@code orders.*}. A pattern never reaches over into another kind: {@code *} means public
 * channels only.
 *
 * @param prefix what the names begin with; may be empty
 */
public record ChannelPattern(String prefix) {

  /**
   * @throws InvalidChannelException when the prefix holds a character no channel name may have, or
   *     is too long
   */
  public ChannelPattern {
    if (!prefix.isEmpty()) {
      ChannelName.check(prefix, "channel pattern");
    }
  }

  /** Whether this text is meant as a pattern. */
  public static boolean isPattern(String text) {
    return text.endsWith("*");
  }

  /**
   * Reads {@code orders.*}.
   *
   * @throws InvalidChannelException when it is not of that form
   */
  public static ChannelPattern parse(String text) {
    if (!isPattern(text)) {
      throw new InvalidChannelException("a channel pattern ends in *");
    }
    return new ChannelPattern(text.substring(0, text.length() - 1));
  }

  /** The kind of a channel's name, or of all channels that a pattern matches. */
  public static ChannelName.Kind kind(String nameOrPattern) {
    return ChannelName.Kind.of(nameOrPattern);
  }

  /** The kind of every channel it matches. */
  public ChannelName.Kind kind() {
    return ChannelName.Kind.of(prefix);
  }

  /** Whether the channel is one of those meant. */
  public boolean matches(ChannelName channel) {
    return channel.value().startsWith(prefix) && channel.kind() == kind();
  }

  @Override
  public String toString() {
    return prefix + "*";
  }
}
