package io.broadcasty.push.webpush;

import io.broadcasty.core.http.AllowedHosts;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Settings of the Web Push provider.
 *
 * @param subject how the push services' operators reach the sender: {@code mailto:…} or {@code
 *     https://…}
 * @param keys identify the sender to push services
 * @param allowedHosts as in {@link AllowedHosts}; empty for every public host
 * @param timeout for one notification as a whole
 */
public record WebPushSettings(
    String subject, VapidKeys keys, List<String> allowedHosts, Duration timeout) {

  private static final Pattern SUBJECT =
      Pattern.compile("mailto:[^@\\s<>?]+@([^@\\s<>?]+)|https://([^\\s/?#@:]+)(?:[:/?#]\\S*)?");

  private static final Pattern HOST =
      Pattern.compile("([\\p{L}\\p{N}_-]+\\.)+[\\p{L}\\p{N}-]*\\p{L}[\\p{L}\\p{N}-]*");

  private static final Pattern LOCAL =
      Pattern.compile("\\.(local|localhost|localdomain|internal)$", Pattern.CASE_INSENSITIVE);

  /** The key's name, for messages to operators. */
  static final String KEYS = "broadcasty.push.webpush.vapid-public-key";

  /**
   * Checks the subject and the hosts.
   *
   * @throws IllegalArgumentException when the subject or a host is not valid; the message says what
   *     is expected
   */
  public WebPushSettings {
    requireSubject(subject);
    allowedHosts = List.copyOf(allowedHosts);
    new AllowedHosts(allowedHosts);
  }

  /**
   * Checks a subject. Apple answers {@code BadJwtToken} to all that is signed with an address
   * within the own network, such as {@code mailto:x@localhost}.
   *
   * @throws IllegalArgumentException when push services do not take it
   */
  static void requireSubject(String subject) {
    Matcher parts = SUBJECT.matcher(subject);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "the VAPID subject must be mailto: with an address, or an https:// address, by which the"
              + " push services can reach you");
    }
    String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
    if (!HOST.matcher(host).matches() || LOCAL.matcher(host).find()) {
      throw new IllegalArgumentException(
          "the VAPID subject must have a public domain, such as example.com; Apple refuses all"
              + " notifications with an address such as mailto:x@localhost");
    }
  }
}
