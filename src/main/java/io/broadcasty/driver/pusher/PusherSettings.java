package io.broadcasty.driver.pusher;

import java.net.URI;

/**
 * An application on a server that speaks Pusher's protocol.
 *
 * @param name of the provider: {@code pusher}, {@code reverb}
 * @param base scheme, host and port
 * @param batchBytes the longest body of a request with several publications; one alone is sent
 *     whatever its length
 */
public record PusherSettings(
    String name, URI base, String appId, String key, String secret, int batchBytes) {

  /** Without secrets. */
  @Override
  public String toString() {
    return name + "[" + base + ", app " + appId + "]";
  }
}
