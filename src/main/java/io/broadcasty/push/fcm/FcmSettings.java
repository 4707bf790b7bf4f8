package io.broadcasty.push.fcm;

import java.net.URI;
import java.time.Duration;

/**
 * Settings of the FCM provider.
 *
 * @param baseUrl of the API, without a trailing slash
 * @param timeout for one notification as a whole
 */
public record FcmSettings(ServiceAccount account, URI baseUrl, Duration timeout) {

  /** The key's name, for messages to operators. */
  static final String ACCOUNT = "broadcasty.push.fcm.service-account";

  URI sendUri() {
    return URI.create(baseUrl + "/v1/projects/" + account.projectId() + "/messages:send");
  }
}
