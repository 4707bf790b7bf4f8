package io.broadcasty.channel;

/**
 * A valid channel name. The kind follows from its prefix (see {@link Kind}).
 *
 * @param value 1 to 200 characters out of {@code A-Z a-z 0-9 _ - = @ , . ; :}
 */
public record ChannelName(String value) implements Comparable<ChannelName> {

  /** The longest name, in characters; what Pusher's server libraries allow too. */
  public static final int MAX_LENGTH = 200;

  /**
   * @throws InvalidChannelException when the name is not of that form; the message says what is
   *     wrong with it
   */
  public ChannelName {
    check(value, "channel name");
  }

  /** What the name's prefix makes of it. */
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

  /** Channel kinds, by prefix. */
  public enum Kind {
    /** Open to read. */
    PUBLIC(""),
    /** Read by members only: {@code private-}. */
    PRIVATE("private-"),
    /** As private, and the payload is encrypted end to end: {@code private-encrypted-}. */
    ENCRYPTED("private-encrypted-"),
    /** As private, and members see each other: {@code presence-}. */
    PRESENCE("presence-");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }

    /** What names of this kind begin with; empty for public. */
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
