package io.broadcasty.cluster.nodes.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.core.format.TextVersion;
import io.broadcasty.core.format.UnknownVersionException;
import java.time.Instant;

/**
 * The text form of a node's description in Redis: a line each for host, version, start in
 * milliseconds, and {@code draining} or nothing. Nodes of other versions may omit or add lines.
 */
final class NodeInfoFormat {

  private static final String WHAT = "descriptions of nodes";

  private NodeInfoFormat() {}

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
