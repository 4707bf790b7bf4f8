package io.broadcasty.core.channel;

/**
 * A valid channel name. The kind follows from its prefix (see {@link Kind}).
 *
 * @param value 1 to 200 characters out of {@code A-Z a-z 0-9 _ - = @ , . ; :}
 */
public record ChannelName(String value) implements Comparable<ChannelName> {

  /** The maximum length of a name in characters, the same as in Pusher's server libraries. */
  public static final int MAX_LENGTH = 200;

  /**
   * @throws InvalidChannelException when the name is malformed; the message says what is wrong with
   *     it
   */
  public ChannelName {
    check(value, "channel name");
  }

  /** Returns the kind that follows from the name's prefix. */
  public Kind kind() {
    return Kind.of(value);
  }

  @Override
  public int compareTo(ChannelName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  static void check(String name, String what) {
    if (name.isEmpty()) {
      throw new InvalidChannelException("the " + what + " is empty");
    }
    if (name.length() > MAX_LENGTH) {
      throw new InvalidChannelException(
          "the "
              + what
              + " has "
              + name.length()
              + " characters; at most "
              + MAX_LENGTH
              + " are allowed");
    }
    for (int i = 0; i < name.length(); i++) {
      if (!isAllowed(name.charAt(i))) {
        throw new InvalidChannelException(
            "the "
                + what
                + " has a character at index "
                + i
                + " that is not allowed; allowed are A-Z a-z 0-9 _ - = @ , . ; :");
      }
    }
  }

  private static boolean isAllowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "_-=@,.;:".indexOf(c) >= 0;
  }

  /** The kind of a channel, identified by its prefix. */
  public enum Kind {
    /** Readable by everyone. */
    PUBLIC(""),
    /** Readable by members only: {@code private-}. */
    PRIVATE("private-"),
    /** A private channel with payloads encrypted end to end: {@code private-encrypted-}. */
    ENCRYPTED("private-encrypted-"),
    /** A private channel whose members see each other: {@code presence-}. */
    PRESENCE("presence-");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }

    /** Returns the prefix of names of this kind; empty for public. */
    public String prefix() {
      return prefix;
    }

    static Kind of(String name) {
      if (name.startsWith(ENCRYPTED.prefix)) {
        return ENCRYPTED;
      }
      if (name.startsWith(PRIVATE.prefix)) {
        return PRIVATE;
      }
      return name.startsWith(PRESENCE.prefix) ? PRESENCE : PUBLIC;
    }
  }
}
