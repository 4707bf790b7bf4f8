package io.broadcasty.cluster.nodes.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.core.format.PreviousRelease;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class NodeInfoFormatTest {

  private static final NodeInfo NODE =
      new NodeInfo(
          "k3f9a2xw1",
          "host-1 payara",
          "0.1.0",
          Instant.ofEpochMilli(1790000000000L),
          true,
          Instant.EPOCH);

  @Test
  void thePreviousReleaseWritesTheSame() {
    String written = new String(PreviousRelease.written("hash bc:{nodes}:info").get(0), UTF_8);
    assertEquals(NODE, NodeInfoFormat.read(NODE.name(), written, Instant.EPOCH));
    assertEquals(written, NodeInfoFormat.write(NODE));
  }

  @Test
  void aNodeWithAnUndecodableDescriptionIsAlive() {
    assertEquals(
        new NodeInfo("n", "", "", Instant.EPOCH, false, Instant.EPOCH),
        NodeInfoFormat.read("n", "\u0002whatever", Instant.EPOCH));
  }
}
