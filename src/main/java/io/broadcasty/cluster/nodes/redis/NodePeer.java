package io.broadcasty.cluster.nodes.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Another node, as the registry last listed it, and where its {@link StatusServer} listens.
 *
 * @param address an IP address and a port
 */
public record NodePeer(String name, InetSocketAddress address) {

  /** The limit of connecting, and that of the answer. */
  public static final Duration TIMEOUT = Duration.ofMillis(300);

  private static final System.Logger LOG = System.getLogger(NodePeer.class.getName());
  private static final int MAX_ANSWER_BYTES = 128;

  /** Parses an address and a port; returns null when the text is none. */
  static @Nullable NodePeer parse(String name, String address) {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? "" : address.substring(0, colon);
    if (!host.matches("[0-9a-fA-F.:]+(%.+)?")) {
      return null; // no name is resolved, which might block
    }
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      return new NodePeer(name, new InetSocketAddress(host, port));
    } catch (IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "node " + name + " has no usable address", e);
      return null;
    }
  }

  /** Asks the node whether it reaches Redis; false when it does not answer. Blocks. */
  boolean reachesRedis() {
    int millis = Math.toIntExact(TIMEOUT.toMillis());
    try (Socket socket = new Socket()) {
      socket.connect(address, millis);
      socket.setSoTimeout(millis);
      String answer = new String(socket.getInputStream().readNBytes(MAX_ANSWER_BYTES), US_ASCII);
      return answer.equals("up " + name + "\n");
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "node " + name + " does not tell its status", e);
      return false;
    }
  }
}
