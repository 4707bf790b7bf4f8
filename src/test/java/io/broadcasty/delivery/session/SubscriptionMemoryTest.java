package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What subscriptions and patterns count, and who is refused when they are too many. */
class SubscriptionMemoryTest {

  private final TestNode node = new TestNode(List.of(), budgets());
  private final MemoryBudget subscriptions = node.memory.of(MemoryArea.SUBSCRIPTIONS);

  private static MemoryBudgets budgets() {
    Map<MemoryArea, Long> limits = new EnumMap<>(MemoryArea.class);
    for (MemoryArea area : MemoryArea.values()) {
      limits.put(area, 1L << 40);
    }
    limits.put(MemoryArea.SUBSCRIPTIONS, 60_000L);
    return new MemoryBudgets(new MemoryLimits(limits, 50));
  }

  private static String outcome(TestNode.Client client, String command, String target) {
    Map<String, Object> reply =
        client.request(
            "{\"id\":1,\"command\":\"%s\",\"channel\":\"%s\"}".formatted(command, target));
    return reply.containsKey("error")
        ? String.valueOf(JsonTree.object(reply, "error").get("code"))
        : "ok";
  }

  private static int fill(TestNode.Client client, String target) {
    int taken = 0;
    while (taken < 50 && outcome(client, "subscribe", target.formatted(taken)).equals("ok")) {
      taken++;
    }
    return taken;
  }

  @Test
  void oneTenantCannotTakeThePlacesOfAnother() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    int taken = fill(ann, "a%d");
    assertTrue(taken > 10 && taken < 40, taken + " subscriptions");
    assertEquals("memory_limit", outcome(ann, "subscribe", "more"));
    assertEquals("memory_limit", outcome(ann, "subscribe", "more-*"));
    Instant now = node.time.now();
    TestNode.Client other =
        node.connect()
            .authenticate(
                new Caller(
                    new TenantId("other"),
                    "sam",
                    Set.of(),
                    now,
                    now.plus(Duration.ofHours(1)),
                    Map.of(),
                    "token"));
    assertEquals("ok", outcome(other, "subscribe", "a"));
    assertEquals("ok", outcome(ann, "unsubscribe", "a0"));
    assertEquals("ok", outcome(ann, "subscribe", "more"));
    ann.session.onTransportClosed();
    other.session.onTransportClosed();
    node.run();
    assertEquals(0, subscriptions.usedBytes());
  }

  @Test
  void eachPatternThatStandsForAChannelCounts() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    for (int i = 0; i < 5; i++) {
      assertEquals("ok", outcome(ann, "subscribe", "channel-" + i));
    }
    long before = subscriptions.usedBytes();
    assertEquals("ok", outcome(ann, "subscribe", "channel-*"));
    long wide = subscriptions.usedBytes() - before;
    assertEquals("ok", outcome(ann, "subscribe", "other-*"));
    long narrow = subscriptions.usedBytes() - before - wide;
    assertTrue(wide > narrow + 5 * 40, wide + " and " + narrow);
    assertEquals("ok", outcome(ann, "unsubscribe", "channel-*"));
    assertEquals("ok", outcome(ann, "unsubscribe", "other-*"));
    assertEquals(before, subscriptions.usedBytes());
  }

  @Test
  void aPatternWithoutMemoryForItsNextChannelEndsTheConnection() {
    TestNode.Client ann = node.connect().authenticate(node.ann());
    assertEquals("ok", outcome(ann, "subscribe", "n*"));
    TestNode.Client bob = node.connect().authenticate(node.caller("bob", Duration.ofHours(1)));
    for (int i = 0; i < 50 && !ann.session.hasEnded(); i++) {
      bob.send("{\"id\":1,\"command\":\"publish\",\"channel\":\"n" + i + "\",\"payload\":1}");
    }
    assertEquals(List.of("memory_limit 4431"), ann.closed);
    assertFalse(bob.session.hasEnded());
    assertEquals(0, subscriptions.usedBytes());
  }
}
