package io.broadcasty.core.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.time.ManualTime;
import org.junit.jupiter.api.Test;

class LocalTicketStoreTest extends TicketStoreContract {

  private final ManualTime time = new ManualTime();
  private final MemoryBudget memory = new MemoryBudget(MemoryArea.IDS, 200_000, 50);
  private final LocalTicketStore store = new LocalTicketStore(Tickets.LIFE, memory, time);

  @Override
  protected TicketStore store() {
    return store;
  }

  @Test
  void aTicketExpires() {
    Tickets tickets = new Tickets(store);
    String ticket = tickets.issue(ACME, "token");
    time.advance(Tickets.LIFE);
    assertNull(tickets.redeem(ticket));
  }

  @Test
  void memoryIsBoundedByTenantAndReleased() {
    store.put(ACME, "a", new byte[90_000]);
    assertThrows(
        AuthenticationUnavailableException.class, () -> store.put(ACME, "b", new byte[90_000]));
    assertNotNull(store.take("a"));
    store.put(ACME, "b", new byte[90_000]);
    time.advance(Tickets.LIFE);
    store.put(ACME, "c", new byte[90_000]);
    assertNotNull(store.take("c"));
    assertEquals(0, memory.usedBytes());
  }
}
