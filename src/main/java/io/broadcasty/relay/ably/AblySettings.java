package io.broadcasty.relay.ably;

import java.net.URI;

/**
 * The credentials and the address of an application at Ably.
 *
 * @param base scheme, host and port
 * @param keyName the part of the API key before the colon
 * @param keySecret the part after it
 */
public record AblySettings(URI base, String keyName, String keySecret) {

  /** Returns a text without secrets. */
  @Override
  public String toString() {
    return "ably[" + base + ", key " + keyName + "]";
  }
}
