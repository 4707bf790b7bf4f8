package io.broadcasty.push.webpush;

import java.time.Duration;
import java.util.List;

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

  /** The key's name, for messages to operators. */
  static final String KEYS = "broadcasty.push.webpush.vapid-public-key";

  /**
   * Checks the subject and the hosts.
   *
   * @throws IllegalArgumentException when the subject or a host is not valid; the message says what
   *     is expected
   */
  public WebPushSettings {
    if (!subject.matches("mailto:[^@\\s<>]+@[^@\\s<>]+|https://[^\\s]+")) {
      throw new IllegalArgumentException(
          "the VAPID subject must be mailto: with an address, or an https:// address, by which the"
              + " push services can reach you");
    }
    allowedHosts = List.copyOf(allowedHosts);
    new AllowedHosts(allowedHosts);
  }
}
