package io.broadcasty.integration;

import io.broadcasty.FreePorts;

/**
 * Free ports for one server.
 *
 * @param https for servers that require one
 * @param management for servers that have one
 */
record Ports(int http, int https, int management) {

  static Ports free() {
    return new Ports(FreePorts.next(), FreePorts.next(), FreePorts.next());
  }
}
