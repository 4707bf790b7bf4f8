package io.broadcasty.driver.ably;

import java.net.URI;

/**
 * An application at Ably.
 *
 * @param base scheme, host and port
 * @param keyName the part of the API key before the colon
 * @param keySecret the part after it
 */
public record AblySettings(URI base, String keyName, String keySecret) {

  /** Without secrets. */
  @Override
  public String toString() {
    return "ably[" + base + ", key " + keyName + "]";
  }
}
