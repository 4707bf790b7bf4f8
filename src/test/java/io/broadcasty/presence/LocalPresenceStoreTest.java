package io.broadcasty.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class LocalPresenceStoreTest extends PresenceStoreContract {

  private final Queue<Runnable> delayed = new ConcurrentLinkedQueue<>();

  @Override
  protected PresenceStore open(ToIntFunction<TenantId> maxMembers) {
    return new LocalPresenceStore(maxMembers, time, changes::add, delayed::add, recordedEvents);
  }

  @Override
  protected void awaitNotifications(TenantChannel channel) {
    for (Runnable task = delayed.poll(); task != null; task = delayed.poll()) {
      task.run();
    }
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
