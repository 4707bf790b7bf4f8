package io.broadcasty.cluster.nodes.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.core.format.TextVersion;
import io.broadcasty.core.format.UnknownVersionException;
import java.net.InetSocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The text form of a node's description in Redis: a line each for host, version, start in
 * milliseconds, {@code draining} or nothing, and where its {@link StatusServer} listens, if it has
 * one. Nodes of other versions may omit or add lines.
 */
final class NodeInfoFormat {

  private static final String WHAT = "descriptions of nodes";

  private NodeInfoFormat() {}

  /**
   * @param status where the node's {@link StatusServer} listens; null for nowhere
   */
  static String write(NodeInfo node, @Nullable InetSocketAddress status) {
    String lines = write(node);
    return status == null
        ? lines
        : lines + "\n" + status.getAddress().getHostAddress() + ":" + status.getPort();
  }

  static String write(NodeInfo node) {
    return String.join(
        "\n",
        line(node.host()),
        line(node.version()),
        Long.toString(node.startedAt().toEpochMilli()),
        node.draining() ? "draining" : "");
  }

  /** Parses a description. A node whose description cannot be decoded is alive nevertheless. */
  static NodeInfo read(String name, String text, Instant seenAt) {
    try {
      TextVersion.requireVersionOne(WHAT, text.getBytes(UTF_8));
      return described(name, text, seenAt);
    } catch (UnknownVersionException e) { // already logged and counted
      return new NodeInfo(name, "", "", Instant.EPOCH, false, seenAt);
    }
  }

  /** Returns where the node tells its status; null when it does not, or cannot be decoded. */
  static @Nullable NodePeer peer(String name, String text) {
    String[] lines = text.split("\n", -1);
    return lines.length > 4 ? NodePeer.parse(name, lines[4]) : null;
  }

  private static NodeInfo described(String name, String text, Instant seenAt) {
    String[] lines = text.split("\n", -1);
    return new NodeInfo(
        name,
        lines[0],
        lines.length > 1 ? lines[1] : "",
        Instant.ofEpochMilli(lines.length > 2 ? Long.parseLong(lines[2]) : 0),
        lines.length > 3 && lines[3].equals("draining"),
        seenAt);
  }

  private static String line(String text) {
    return text.replace('\n', ' ');
  }
}
