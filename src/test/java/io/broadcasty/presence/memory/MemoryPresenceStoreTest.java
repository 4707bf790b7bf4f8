package io.broadcasty.presence.memory;

import io.broadcasty.presence.PresenceStore;
import io.broadcasty.presence.PresenceStoreContract;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

class MemoryPresenceStoreTest extends PresenceStoreContract {

  private final Queue<Runnable> later = new ConcurrentLinkedQueue<>();

  @Override
  protected PresenceStore open(int maxMembers) {
    return new MemoryPresenceStore(maxMembers, time, changes::add, later::add);
  }

  @Override
  protected void settle() {
    for (Runnable task = later.poll(); task != null; task = later.poll()) {
      task.run();
    }
  }
}
