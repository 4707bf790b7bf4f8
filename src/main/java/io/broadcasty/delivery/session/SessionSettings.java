package io.broadcasty.delivery.session;

import java.time.Duration;

/**
 * The timing of connections.
 *
 * @param heartbeat the heartbeat interval; a WebSocket client silent for longer than two intervals
 *     is closed
 * @param connectTimeout how long a connection may stay without a token
 * @param messageTimeout how long a message of a client may take from its first byte to its last
 * @param expiryNotice how long before its token expires a client is notified
 */
public record SessionSettings(
    Duration heartbeat, Duration connectTimeout, Duration messageTimeout, Duration expiryNotice) {

  /**
   * Returns how long a WebSocket client may be silent: two heartbeats, plus a second for the
   * network.
   */
  public Duration maxSilence() {
    return heartbeat.plus(heartbeat).plusSeconds(1);
  }
}
