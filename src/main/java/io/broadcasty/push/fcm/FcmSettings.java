package io.broadcasty.push.fcm;

import java.net.URI;
import java.time.Duration;

/**
 * How notifications go through FCM.
 *
 * @param baseUrl of the API, without a slash at its end
 * @param timeout for one notification as a whole
 */
public record FcmSettings(ServiceAccount account, URI baseUrl, Duration timeout) {

  /** Names the settings in what operators are told. */
  static final String ACCOUNT = "broadcasty.push.fcm.service-account";

  URI sending() {
    return URI.create(baseUrl + "/v1/projects/" + account.projectId() + "/messages:send");
  }
}
