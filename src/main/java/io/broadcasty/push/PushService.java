package io.broadcasty.push;

/**
 * A kind of push service. Each provider's package names its own, so that a new one changes nothing
 * here.
 *
 * @param word its name in JSON, configuration, metrics and the database: lower-case letters and
 *     digits, at most 16
 */
public record PushService(String word) {

  /**
   * @throws IllegalArgumentException when it is no such name
   */
  public PushService {
    if (!isName(word)) {
      throw new IllegalArgumentException("a push service has a name such as webpush");
    }
  }

  /** Whether a text may be the name of a push service, configured here or not. */
  public static boolean isName(String text) {
    return text.matches("[a-z][a-z0-9]{0,15}");
  }

  @Override
  public String toString() {
    return word;
  }
}
