package io.broadcasty.streams.broker.jdbc;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.streams.broker.RetentionLookup;
import java.time.Duration;

/**
 * Settings of the broker in a relational database.
 *
 * @param retention the retention of each tenant's channels; queried each time
 * @param idempotencyWindow the minimum time for which an id is remembered, by the wall clock
 * @param maxWaitingBytes how many bytes may wait for the database, by {@link
 *     io.broadcasty.streams.broker.Envelope#costBytes}; beyond it publications are refused at once
 * @param maxGroup the approximate maximum number of envelopes in one transaction
 * @param memory counts what waits, for its tenant
 */
public record JdbcBrokerSettings(
    RetentionLookup retention,
    Duration idempotencyWindow,
    long maxWaitingBytes,
    int maxGroup,
    MemoryBudget memory) {

  private static final long DEFAULT_WAITING_BYTES = 32L * 1024 * 1024;
  private static final int DEFAULT_GROUP = 1000;

  public JdbcBrokerSettings {
    if (idempotencyWindow.isNegative() || idempotencyWindow.isZero()) {
      throw new IllegalArgumentException("the idempotency window must be above 0");
    }
    if (maxWaitingBytes < 1 || maxGroup < 1) {
      throw new IllegalArgumentException(
          "the maximum waiting bytes and the maximum group must be at least 1");
    }
  }

  /** Creates settings with at most 32 MiB waiting and 1 000 envelopes in a transaction. */
  public JdbcBrokerSettings(
      RetentionLookup retention, Duration idempotencyWindow, MemoryBudget memory) {
    this(retention, idempotencyWindow, DEFAULT_WAITING_BYTES, DEFAULT_GROUP, memory);
  }

  /** Creates settings with these limits, and memory without one. */
  public JdbcBrokerSettings(
      RetentionLookup retention, Duration idempotencyWindow, long maxWaitingBytes, int maxGroup) {
    this(
        retention,
        idempotencyWindow,
        maxWaitingBytes,
        maxGroup,
        MemoryBudget.unlimited(MemoryArea.QUEUES));
  }

  /** Creates settings with unlimited memory. */
  public JdbcBrokerSettings(RetentionLookup retention, Duration idempotencyWindow) {
    this(retention, idempotencyWindow, DEFAULT_WAITING_BYTES, DEFAULT_GROUP);
  }

  /** Creates settings with the same retention for every tenant. */
  public JdbcBrokerSettings(Retention retention, Duration idempotencyWindow) {
    this(
        RetentionLookup.uniform(retention),
        idempotencyWindow,
        DEFAULT_WAITING_BYTES,
        DEFAULT_GROUP);
  }
}
