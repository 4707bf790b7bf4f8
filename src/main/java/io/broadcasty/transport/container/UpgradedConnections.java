package io.broadcasty.transport.container;

import jakarta.servlet.http.WebConnection;

/** Closes connections that were upgraded from HTTP, as each server needs it. */
public final class UpgradedConnections {

  private UpgradedConnections() {}

  /**
   * Closes an upgraded connection and the TCP connection below it. A peer that closes at the same
   * time does no harm.
   *
   * @throws Exception as {@link WebConnection#close} declares it
   */
  public static void close(WebConnection connection) throws Exception {
    if (OpenLibertyInternals.owns(connection)) {
      OpenLibertyInternals.close(connection);
    } else if (PayaraInternals.owns(connection)) {
      PayaraInternals.close(connection);
    } else {
      connection.close();
    }
  }
}
