package io.broadcasty.presence;

import io.broadcasty.tenant.TenantId;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToIntFunction;

class LocalPresenceStoreTest extends PresenceStoreContract {

  private final Queue<Runnable> later = new ConcurrentLinkedQueue<>();

  @Override
  protected PresenceStore open(ToIntFunction<TenantId> maxMembers) {
    return new LocalPresenceStore(maxMembers, time, changes::add, later::add);
  }

  @Override
  protected void settle() {
    for (Runnable task = later.poll(); task != null; task = later.poll()) {
      task.run();
    }
  }
}
