package io.broadcasty.session;

import java.time.Duration;

/**
 * How connections are held.
 *
 * @param heartbeat between two signs of life from the server; a WebSocket client silent for longer
 *     than two of them is closed
 * @param connectTimeout how long a connection may stay without a token
 * @param expiryNotice how long before its end a client is told that its token expires
 */
public record SessionSettings(Duration heartbeat, Duration connectTimeout, Duration expiryNotice) {

  /** How long a WebSocket client may be silent: two heartbeats, and a second on the way. */
  public Duration silence() {
    return heartbeat.plus(heartbeat).plusSeconds(1);
  }
}
