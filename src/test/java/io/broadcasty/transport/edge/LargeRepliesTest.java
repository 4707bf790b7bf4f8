package io.broadcasty.transport.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.transport.container.ReplyWatch;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import java.lang.reflect.Proxy;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Replies that clients do not read share the memory of the outboxes. */
class LargeRepliesTest {

  private final TestNode node = new TestNode(List.of(), budgets());
  private final MemoryBudget outboxes = node.memory.of(MemoryArea.OUTBOXES);
  private final LargeReplies replies =
      new LargeReplies(node.memory, node.sessions, new StreamOutputSelector(false, "none"));
  private int served;
  private int givenUp;

  private static MemoryBudgets budgets() {
    Map<MemoryArea, Long> limits = new EnumMap<>(MemoryArea.class);
    for (MemoryArea area : MemoryArea.values()) {
      limits.put(area, 10_000L);
    }
    return new MemoryBudgets(new MemoryLimits(limits, 100));
  }

  private void serve(String path) throws Exception {
    FilterChain chain = (request, response) -> served++;
    replies.serve(
        path,
        new ServletRequestWrapper(nothing(ServletRequest.class)),
        new ServletResponseWrapper(nothing(ServletResponse.class)),
        chain);
  }

  private static <T> T nothing(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            LargeRepliesTest.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            }));
  }

  @Test
  void withoutMemoryPagesAreRefusedAndOtherRequestsServed() throws Exception {
    serve("/broadcasty/replay");
    outboxes.reserveAnyway(10_001);
    ProblemException refused =
        assertThrows(ProblemException.class, () -> serve("/broadcasty/replay"));
    assertEquals(Code.OVERLOADED, refused.problem().code());
    assertThrows(ProblemException.class, () -> serve("/broadcasty/presence"));
    serve("/broadcasty/publish");
    assertEquals(2, served);
  }

  @Test
  void unreadRepliesCountAndAreGivenUpWhileMemoryIsShort() {
    ReplyWatch.Ledger ledger = LargeReplies.ledger(outboxes, node.sessions.lingering());
    Runnable[] giveUp = new Runnable[2];
    for (int i = 0; i < giveUp.length; i++) {
      int reply = i;
      giveUp[i] =
          () -> {
            givenUp++;
            ledger.onEnded(6_000, giveUp[reply]);
          };
    }
    ledger.onWaiting(6_000, giveUp[0]);
    node.sessions.sweep();
    assertEquals(0, givenUp);
    ledger.onWaiting(6_000, giveUp[1]);
    node.sessions.sweep();
    assertEquals(1, givenUp);
    assertEquals(6_000, outboxes.usedBytes());
  }
}
