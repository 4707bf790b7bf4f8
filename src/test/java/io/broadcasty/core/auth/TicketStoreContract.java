package io.broadcasty.core.auth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract of {@link TicketStore}, and of tickets over it. */
public abstract class TicketStoreContract {

  protected static final TenantId ACME = new TenantId("acme");

  /** The longest token that any setting allows, encrypted. */
  private static final int LONGEST = 65_536 + 16;

  /**
   * Returns a store as a node has it; those of a test share what is kept, if nodes can share it.
   */
  protected abstract TicketStore store();

  @Test
  void aContentIsTakenOnce() {
    byte[] content = new byte[LONGEST];
    new Random(1).nextBytes(content);
    store().put(ACME, "a", content);
    store().put(ACME, "b", new byte[] {0});
    assertArrayEquals(content, store().take("a"));
    assertNull(store().take("a"));
    assertNull(store().take("c"));
    assertArrayEquals(new byte[] {0}, store().take("b"));
  }

  @Test
  void ofManyNodesOneGetsTheToken() throws Exception {
    int nodes = 4;
    ExecutorService threads = Executors.newFixedThreadPool(nodes);
    try {
      for (int round = 0; round < 5; round++) {
        String ticket = new Tickets(store()).issue(ACME, "the token");
        CountDownLatch ready = new CountDownLatch(nodes);
        List<Future<Boolean>> takers = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
          Tickets node = new Tickets(store());
          takers.add(
              threads.submit(
                  () -> {
                    ready.countDown();
                    ready.await();
                    return "the token".equals(node.redeem(ticket));
                  }));
        }
        int got = 0;
        for (Future<Boolean> taker : takers) {
          got += taker.get(60, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertEquals(1, got);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void ticketsAreUnlikeAndMadeUpOnesAreRefused() {
    Tickets tickets = new Tickets(store());
    String ticket = tickets.issue(ACME, "token");
    assertNotEquals(ticket, tickets.issue(ACME, "token"));
    assertNull(tickets.redeem("x".repeat(43)));
    assertNull(tickets.redeem(ticket.substring(1)));
    assertNull(tickets.redeem(ticket + "A"));
    assertNull(tickets.redeem(""));
    assertNull(tickets.redeem("é".repeat(43)));
    assertEquals("token", tickets.redeem(ticket));
  }
}
