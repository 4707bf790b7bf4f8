package io.broadcasty.push.onesignal;

import java.net.URI;
import java.time.Duration;
import java.util.UUID;

/**
 * How notifications go through OneSignal.
 *
 * @param baseUrl of the API, without a slash at its end
 * @param timeout for one notification as a whole
 */
public record OneSignalSettings(UUID appId, String apiKey, URI baseUrl, Duration timeout) {

  /** Name the settings in what operators are told. */
  static final String APP_ID = "broadcasty.push.onesignal.app-id";

  static final String API_KEY = "broadcasty.push.onesignal.api-key";

  /**
   * @throws IllegalArgumentException when the key cannot be one
   */
  public OneSignalSettings {
    if (!apiKey.matches("[\\x21-\\x7E]+")) {
      throw new IllegalArgumentException("the API key has a space or another strange character");
    }
  }

  URI sending() {
    return URI.create(baseUrl + "/notifications?c=push");
  }

  @Override
  public String toString() {
    return "OneSignal app " + appId;
  }
}
