package io.broadcasty.server;

import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Epochs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Properties;

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
        readVersion(),
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

  private static String readVersion() {
    try (InputStream in = NodeIdentity.class.getResourceAsStream("build.properties")) {
      Properties build = new Properties();
      if (in != null) {
        build.load(in);
      }
      return build.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
