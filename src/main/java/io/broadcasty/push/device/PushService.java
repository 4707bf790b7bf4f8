package io.broadcasty.push.device;

/**
 * A push service, identified by its name. Each provider's package defines its own, so that a new
 * service changes nothing here.
 *
 * @param name its name in JSON, configuration, metrics and the database: lower-case letters and
 *     digits, at most 16
 */
public record PushService(String name) {

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException when the name is not valid
   */
  public PushService {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "the name of a push service must be 1 to 16 lower-case letters and digits, such as"
              + " webpush");
    }
  }

  /**
   * Returns whether a text is a valid name of a push service, whether that is configured here or
   * not.
   */
  public static boolean isName(String text) {
    return text.matches("[a-z][a-z0-9]{0,15}");
  }

  @Override
  public String toString() {
    return name;
  }
}
