package io.broadcasty.nodes;

import java.time.Instant;

/**
 * A node as it described itself last.
 *
 * @param name which no other node has or had: a restarted node has another
 * @param host the machine's name and the server's, for people
 * @param version of Broadcasty
 * @param draining whether it takes no new connections any more
 * @param seenAt when it last said that it lives
 */
public record NodeInfo(
    String name, String host, String version, Instant startedAt, boolean draining, Instant seenAt) {

  /** The same, seen at another time. */
  NodeInfo seen(Instant at) {
    return new NodeInfo(name, host, version, startedAt, draining, at);
  }
}
