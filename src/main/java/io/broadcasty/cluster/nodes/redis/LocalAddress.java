package io.broadcasty.cluster.nodes.redis;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import redis.clients.jedis.HostAndPort;

/** Finds the address of this machine in the network that nodes and their Redis share. */
final class LocalAddress {

  private LocalAddress() {}

  /**
   * Returns the address from which this machine talks to the first of these servers. Nothing is
   * sent, but a name may be resolved.
   */
  static InetAddress towards(Collection<HostAndPort> servers) throws IOException {
    HostAndPort server =
        servers.stream().findFirst().orElseThrow(() -> new IOException("no server is known"));
    InetSocketAddress target = new InetSocketAddress(server.getHost(), server.getPort());
    if (target.isUnresolved()) {
      throw new IOException("the address of " + server + " is not known");
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(target);
      InetAddress address = socket.getLocalAddress();
      if (address.isAnyLocalAddress()) {
        throw new IOException("the address of this machine is not known");
      }
      return address;
    }
  }
}
