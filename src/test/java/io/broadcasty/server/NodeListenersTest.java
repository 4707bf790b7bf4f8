package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.ConnectionEvent;
import io.broadcasty.core.tenant.TenantId;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a node tells its events to listeners of applications. */
class NodeListenersTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path data;

  @Test
  void aListenerThatIsAServiceHearsTheNode() {
    String subject = UUID.randomUUID().toString();
    try (Node node = WholeNode.open(Map.of(), data)) {
      node.listener()
          .onReplayed(new ConnectionEvent.Replayed(new TenantId("acme"), subject, "nonce", null));
      assertTrue(ListenerOfAJar.REPLAYED.contains(subject));
    }
  }
}
