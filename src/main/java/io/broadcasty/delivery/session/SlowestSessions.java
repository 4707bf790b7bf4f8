package io.broadcasty.delivery.session;

import io.broadcasty.core.memory.MemoryBudget;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Ends the slowest sessions when the outboxes of the node hold more than its memory allows: first
 * those that have read nothing for longest, among them those for which most waits, until a tenth of
 * the memory is free. These clients reconnect and resume.
 */
final class SlowestSessions {

  private static final System.Logger LOG = System.getLogger(SlowestSessions.class.getName());
  private static final double FREE_BELOW = 0.9;

  private record Slow(Session session, int stalledSweeps, long bytes) {}

  private static final Comparator<Slow> SLOWEST_FIRST =
      Comparator.comparingInt(Slow::stalledSweeps).thenComparingLong(Slow::bytes).reversed();

  private final MemoryBudget budget;

  SlowestSessions(MemoryBudget budget) {
    this.budget = budget;
  }

  /** Ends sessions until there is room again; returns how many. */
  int endUntilThereIsRoom(Collection<Session> open) {
    if (!budget.isExceeded()) {
      return 0;
    }
    List<Slow> slow =
        open.stream()
            .map(session -> new Slow(session, session.stalledSweeps(), session.pendingBytes()))
            .filter(candidate -> candidate.bytes() > 0)
            .sorted(SLOWEST_FIRST)
            .toList();
    int ended = 0;
    long closing = 0; // counted until the connections are closed
    while (ended < slow.size() && budget.usedBytes() - closing > budget.limitBytes() * FREE_BELOW) {
      Session session = slow.get(ended++).session();
      session.endSlowest();
      closing += session.pendingBytes();
    }
    LOG.log(
        Level.WARNING,
        "The outboxes of this node held more than {0} bytes; ended the {1} slowest connections",
        budget.limitBytes(),
        ended);
    return ended;
  }
}
