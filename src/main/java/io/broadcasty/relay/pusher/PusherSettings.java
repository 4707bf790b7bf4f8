package io.broadcasty.relay.pusher;

import java.net.URI;

/**
 * The credentials and the address of an application on a server with Pusher's HTTP API.
 *
 * @param name of the provider: {@code pusher}, {@code reverb}
 * @param base scheme, host and port
 * @param batchBytes the longest body of a request with several publications; a single one is sent
 *     whatever its length
 */
public record PusherSettings(
    String name, URI base, String appId, String key, String secret, int batchBytes) {

  /** Returns a text without secrets. */
  @Override
  public String toString() {
    return name + "[" + base + ", app " + appId + "]";
  }
}
