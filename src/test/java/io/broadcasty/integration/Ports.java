package io.broadcasty.integration;

import java.io.IOException;
import java.net.ServerSocket;

/**
 * Free ports for one server.
 *
 * @param https for servers that require one
 * @param management for servers that have one
 */
record Ports(int http, int https, int management) {

  static Ports free() throws IOException {
    try (ServerSocket http = new ServerSocket(0);
        ServerSocket https = new ServerSocket(0);
        ServerSocket management = new ServerSocket(0)) {
      return new Ports(http.getLocalPort(), https.getLocalPort(), management.getLocalPort());
    }
  }
}
