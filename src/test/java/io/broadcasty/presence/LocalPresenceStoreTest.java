package io.broadcasty.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class LocalPresenceStoreTest extends PresenceStoreContract {

  private final MemoryBudget memory = new MemoryBudget(MemoryArea.SUBSCRIPTIONS, 40_000_000, 50);
  private final Queue<Runnable> delayed = new ConcurrentLinkedQueue<>();

  @Override
  protected PresenceStore open(ToIntFunction<TenantId> maxMembers) {
    return new LocalPresenceStore(
        maxMembers, time, changes::add, delayed::add, recordedEvents, memory);
  }

  @Override
  protected void awaitNotifications(TenantChannel channel) {
    for (Runnable task = delayed.poll(); task != null; task = delayed.poll()) {
      task.run();
    }
  }

  @Test
  void countsMembersForTheirTenantAndRefusesMoreThanItsShare() {
    String large = "x".repeat(1_000_000);
    JoinOutcome last = new JoinOutcome.Joined(true);
    int joined = 0;
    while (last instanceof JoinOutcome.Joined && joined < 100) {
      Member member = new Member("m" + joined, "{\"info\":\"" + large + "\"}");
      last = got(store.join(ROOM, member, connection("c")));
      joined++;
    }
    assertEquals(MemoryBudget.Grant.TENANT_FULL, ((JoinOutcome.NoMemory) last).full());
    join(channel("other", "presence-room"), "ann", connection("c"));
    for (int i = 0; i < joined; i++) {
      got(store.leave(ROOM, "m" + i, connection("c")));
    }
    assertEquals(0, memory.usedBytes(ROOM.tenant()));
    store.close();
    assertEquals(0, memory.usedBytes());
  }

  @Test
  void doesNotNotifyTheListenerOfUndoneChanges() {
    join(ROOM, "ann", connection("1")); // reported at once
    join(ROOM, "bob", connection("1"));
    got(store.leave(ROOM, "bob", connection("1")));
    got(store.leave(ROOM, "ann", connection("1")));
    join(ROOM, "ann", connection("2"));
    awaitNotifications();
    assertEquals(List.of("+ann"), events(recordedEvents, ROOM));
  }
}
