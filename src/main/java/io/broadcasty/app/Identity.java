package io.broadcasty.app;

import io.broadcasty.broker.Epochs;
import io.broadcasty.nodes.NodeInfo;
import io.broadcasty.time.WallClock;
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
record Identity(String name, String host, String version, Instant startedAt) {

  static Identity next(WallClock clock) {
    return new Identity(
        Epochs.next(),
        machine() + " (pid " + ProcessHandle.current().pid() + ")",
        built(),
        Instant.ofEpochMilli(clock.nowMillis()));
  }

  NodeInfo info(boolean draining) {
    return new NodeInfo(name, host, version, startedAt, draining, startedAt);
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a host without a name";
    }
  }

  private static String built() {
    try (InputStream in = Identity.class.getResourceAsStream("build.properties")) {
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
