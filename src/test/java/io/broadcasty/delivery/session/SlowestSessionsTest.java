package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.memory.MemoryLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which connections end when the outboxes of the node hold too much. */
class SlowestSessionsTest {

  private static final String PUBLISH =
      "{\"id\":1,\"command\":\"publish\",\"channel\":\"a\",\"payload\":\"%s\"}"
          .formatted("x".repeat(3_000));

  private final TestNode node = new TestNode(List.of(), budgets(10_000));
  private final MemoryBudget outboxes = node.memory.of(MemoryArea.OUTBOXES);

  private static MemoryBudgets budgets(long outboxBytes) {
    Map<MemoryArea, Long> limits = new EnumMap<>(MemoryArea.class);
    for (MemoryArea area : MemoryArea.values()) {
      limits.put(area, Long.MAX_VALUE / 2);
    }
    limits.put(MemoryArea.OUTBOXES, outboxBytes);
    return new MemoryBudgets(new MemoryLimits(limits, 100));
  }

  private TestNode.Client client(String subject) {
    return node.connect().authenticate(node.caller(subject, Duration.ofHours(1)));
  }

  private TestNode.Client subscribed(String subject) {
    TestNode.Client client = client(subject);
    client.request("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"a\"}");
    return client;
  }

  @Test
  void theConnectionWithoutProgressEndsAndMayResume() {
    TestNode.Client publisher = client("ann");
    TestNode.Client stalled = subscribed("stalled");
    TestNode.Client reading = subscribed("reading");
    stalled.reading = false;
    for (int i = 0; i < 8 && !outboxes.isExceeded(); i++) {
      publisher.request(PUBLISH);
    }
    assertTrue(outboxes.isExceeded());
    reading.take();
    node.sessions.sweep();
    node.run();
    assertEquals(List.of("slow_consumer 4408"), stalled.closed);
    assertEquals(List.of(), reading.closed);
    stalled.unread.remove().accept(new IOException("closed"));
    assertEquals(0, outboxes.usedBytes());
  }

  @Test
  void nobodyEndsWhileThereIsMemory() {
    TestNode.Client publisher = client("ann");
    TestNode.Client stalled = subscribed("stalled");
    stalled.reading = false;
    publisher.request(PUBLISH);
    publisher.request(PUBLISH);
    publisher.request(PUBLISH);
    assertTrue(outboxes.usedBytes() > 0);
    node.sessions.sweep();
    node.run();
    assertEquals(List.of(), stalled.closed);
  }
}
