package io.broadcasty.transport.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.transport.websocket.frame.ClientFrame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests what a connection keeps whose session has ended and whose peer does not read. */
class UnreadWriteTest {

  private static final int BUDGET_BYTES = 10_000;
  private static final String PAYLOAD = "\"" + "x".repeat(3_000) + "\"";
  private static final byte[] CLOSE = {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 0x03, (byte) 0xE8};

  private final TestNode node = new TestNode(List.of(), budgets());
  private final MemoryBudget outboxes = node.memory.of(MemoryArea.OUTBOXES);
  private final FakeContainer container =
      new FakeContainer(
          node, new Protocols(List.of(TestNode.PROTOCOL), List.of(new SseProtocol())));

  private static MemoryBudgets budgets() {
    Map<MemoryArea, Long> limits = new HashMap<>();
    for (MemoryArea area : MemoryArea.values()) {
      limits.put(area, area == MemoryArea.OUTBOXES ? BUDGET_BYTES : 1_000_000_000L);
    }
    return new MemoryBudgets(new MemoryLimits(limits, 100));
  }

  /** Opens a subscribed connection that reads no publication. */
  private FakeContainer.Client unread() throws Exception {
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
    FakeContainer.Client client = container.open("broadcasty.v1", Map.of());
    client.send("{\"id\":1,\"command\":\"connect\",\"token\":\"good\"}");
    client.send(
        ClientFrame.of(ClientFrame.TEXT, "{\"id\":2,\"command\":\"subscribe\",\"channel\":\"a\"}")
            .bytes());
    client.stopReading();
    return client;
  }

  @Test
  void anUnreadWriteCountsUntilTheConnectionIsClosed() throws Exception {
    FakeContainer.Client client = unread();
    node.publish("a", PAYLOAD);
    client.send(CLOSE);
    assertTrue(outboxes.usedBytes() >= 3_000, "used " + outboxes.usedBytes());
    assertFalse(client.isClosed());
    client.leave();
    assertTrue(client.isClosed());
    assertEquals(0, outboxes.usedBytes());
  }

  @Test
  void whileMemoryIsShortItIsGivenUpBeforeAnySession() throws Exception {
    FakeContainer.Client living = unread();
    FakeContainer.Client ended = unread();
    node.publish("a", PAYLOAD);
    ended.send(CLOSE);
    long others = BUDGET_BYTES - outboxes.usedBytes() + 1;
    outboxes.reserveAnyway(others);
    node.sessions.sweep();
    node.run();
    assertTrue(ended.isClosed());
    assertFalse(living.isClosed());
    assertEquals(1, node.sessions.size());
    assertEquals(others, outboxes.usedBytes());
  }

  @Test
  void whileThereIsMemoryItMayTakeItsTime() throws Exception {
    FakeContainer.Client ended = unread();
    node.publish("a", PAYLOAD);
    ended.send(CLOSE);
    node.sessions.sweep();
    node.run();
    assertFalse(ended.isClosed());
  }
}
