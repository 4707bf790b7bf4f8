package io.broadcasty.push.provider;

import java.util.List;

/** Makes the words of a push service fit to be shown and logged. */
public final class ServiceText {

  private static final int MAX_LENGTH = 200;

  private ServiceText() {}

  /**
   * Returns a reason with the service's own words behind it, in one line of at most 200 characters.
   * Without words, and for a page of markup, returns the reason alone.
   *
   * @param secrets what the words must not repeat, such as the device's address
   */
  public static String append(String reason, String words, List<String> secrets) {
    String text = words;
    for (String secret : secrets) {
      text = secret.isEmpty() ? text : text.replace(secret, "…");
    }
    text = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\s\\uFFFD]+", " ").strip();
    if (text.isEmpty() || text.startsWith("<")) {
      return reason;
    }
    return reason
        + ": "
        + (text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH - 1) + "…" : text);
  }
}
