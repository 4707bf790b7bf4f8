package io.broadcasty.transport.edge;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.transport.body.BodySettings;
import io.broadcasty.transport.body.RequestBodies;
import java.time.Duration;

/** What reads the bodies of requests in tests of the edge. */
final class TestBodies {

  static final BodySettings SETTINGS = new BodySettings(1000, Duration.ofSeconds(30), 16, 128);

  private TestBodies() {}

  static RequestBodies of(TestNode node) {
    return new RequestBodies(
        SETTINGS,
        node.memory.of(MemoryArea.INBOUND),
        node.time,
        Runnable::run,
        Runnable::run,
        request -> {});
  }
}
