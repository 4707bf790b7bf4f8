package io.broadcasty.nodes.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.format.PreviousRelease;
import io.broadcasty.nodes.NodeInfo;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DescriptionTest {

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
    assertEquals(NODE, Description.read(NODE.name(), written, Instant.EPOCH));
    assertEquals(written, Description.write(NODE));
  }

  @Test
  void aNodeOfALaterReleaseLivesThoughNothingIsKnownOfIt() {
    assertEquals(
        new NodeInfo("n", "", "", Instant.EPOCH, false, Instant.EPOCH),
        Description.read("n", "\u0002whatever", Instant.EPOCH));
  }
}
