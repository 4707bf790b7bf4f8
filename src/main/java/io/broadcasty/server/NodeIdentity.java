package io.broadcasty.server;

import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Epochs;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;

/**
 * The identity of this node from its start to its end.
 *
 * @param name random, so that no other node has or had it
 * @param host the machine's name and the process id
 */
record NodeIdentity(String name, String host, String version, Instant startedAt) {

  static NodeIdentity create(WallClock clock) {
    return new NodeIdentity(
        Epochs.next(),
        hostAndProcess() + " (pid " + ProcessHandle.current().pid() + ")",
        BuildVersion.read(),
        Instant.ofEpochMilli(clock.nowMillis()));
  }

  NodeInfo info(boolean draining) {
    return new NodeInfo(name, host, version, startedAt, draining, startedAt);
  }

  private static String hostAndProcess() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a host without a name";
    }
  }
}
