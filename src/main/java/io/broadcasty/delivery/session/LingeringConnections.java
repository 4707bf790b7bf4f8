package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.MemoryBudget;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections whose session has ended, and which stay open so that a slow peer still reads the
 * reason. What they keep counts as the outboxes' memory: while that is short they are given up,
 * before any session.
 */
@ThreadSafe
public final class LingeringConnections {

  private static final System.Logger LOG = System.getLogger(LingeringConnections.class.getName());

  private final Set<Runnable> open = ConcurrentHashMap.newKeySet();
  private final MemoryBudget budget;

  LingeringConnections(MemoryBudget budget) {
    this.budget = budget;
  }

  /**
   * Adds a connection.
   *
   * @param giveUp closes it if its peer does not read; called more than once, must not block
   */
  public void add(Runnable giveUp) {
    open.add(giveUp);
  }

  /** Removes a connection that has been closed. */
  public void remove(Runnable giveUp) {
    open.remove(giveUp);
  }

  /** Gives up the connections whose peers do not read, while the memory is short. */
  void giveUpUntilThereIsRoom() {
    for (Runnable giveUp : open) {
      if (!budget.isExceeded()) {
        return;
      }
      try {
        giveUp.run();
      } catch (RuntimeException e) { // the next sweep tries again
        LOG.log(Level.DEBUG, "Cannot give up a connection", e);
      }
    }
  }
}
