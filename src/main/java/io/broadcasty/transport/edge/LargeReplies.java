package io.broadcasty.transport.edge;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.delivery.session.LingeringConnections;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.transport.container.ReplyWatch;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.wire.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/**
 * Counts large replies that clients do not read in the memory of the outboxes, where the server
 * buffers them. While that memory is short, requests for such replies are refused and unread ones
 * are given up.
 */
final class LargeReplies {

  private static final Set<String> PATHS = Set.of("/broadcasty/replay", "/broadcasty/presence");
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final MemoryBudgets memory;
  private final Sessions sessions;
  private final StreamOutputSelector outputs;

  LargeReplies(MemoryBudgets memory, Sessions sessions, StreamOutputSelector outputs) {
    this.memory = memory;
    this.sessions = sessions;
    this.outputs = outputs;
  }

  /** Serves a request, and counts its reply if it may be large. */
  void serve(String path, ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException, ProblemException {
    if (!PATHS.contains(path)) {
      chain.doFilter(request, response);
      return;
    }
    MemoryBudget budget = memory.of(MemoryArea.OUTBOXES);
    if (budget.isExceeded()) {
      throw new ProblemException(
          ProblemMapper.noMemory(MemoryArea.OUTBOXES, MemoryBudget.Grant.NODE_FULL, RETRY_AFTER));
    }
    ReplyWatch watch = outputs.watchReply(request);
    try {
      chain.doFilter(request, response);
    } finally {
      if (watch != null) {
        watch.onWritten(ledger(budget, sessions.lingering()));
      }
    }
  }

  /** Returns a ledger that counts what waits, until it has been read or given up. */
  static ReplyWatch.Ledger ledger(MemoryBudget budget, LingeringConnections lingering) {
    return new ReplyWatch.Ledger() {
      @Override
      public void onWaiting(long bytes, Runnable giveUp) {
        budget.reserveAnyway(bytes);
        lingering.add(giveUp);
      }

      @Override
      public void onEnded(long bytes, Runnable giveUp) {
        lingering.remove(giveUp);
        budget.release(bytes);
      }
    };
  }
}
