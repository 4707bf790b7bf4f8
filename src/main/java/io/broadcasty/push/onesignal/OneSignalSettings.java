package io.broadcasty.push.onesignal;

import java.net.URI;
import java.time.Duration;
import java.util.UUID;

/**
 * Settings of the OneSignal provider.
 *
 * @param baseUrl of the API, without a trailing slash
 * @param timeout for one notification as a whole
 */
public record OneSignalSettings(UUID appId, String apiKey, URI baseUrl, Duration timeout) {

  /** The keys' names, for messages to operators. */
  static final String APP_ID = "broadcasty.push.onesignal.app-id";

  static final String BASE_URL = "broadcasty.push.onesignal.base-url";

  static final String API_KEY = "broadcasty.push.onesignal.api-key";

  /**
   * Checks the API key.
   *
   * @throws IllegalArgumentException when the key is not valid
   */
  public OneSignalSettings {
    if (!apiKey.matches("[\\x21-\\x7E]+")) {
      throw new IllegalArgumentException(
          "the API key contains a space or another invalid character");
    }
  }

  URI sendUri() {
    return URI.create(baseUrl + "/notifications?c=push");
  }

  @Override
  public String toString() {
    return "OneSignal app " + appId;
  }
}
