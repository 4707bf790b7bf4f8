package io.broadcasty.cluster.nodes;

import java.time.Instant;

/**
 * A node's latest description of itself.
 *
 * @param name a unique name that is never reused: a restarted node has another
 * @param host the names of the machine and of the server, for people
 * @param version the version of Broadcasty
 * @param draining whether it accepts no new connections any more
 * @param seenAt when its latest heartbeat was seen
 */
public record NodeInfo(
    String name, String host, String version, Instant startedAt, boolean draining, Instant seenAt) {

  /** Returns a copy with another time of the latest heartbeat. */
  NodeInfo withSeenAt(Instant at) {
    return new NodeInfo(name, host, version, startedAt, draining, at);
  }
}
