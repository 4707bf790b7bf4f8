package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.streams.broker.RetentionLookup;
import java.time.Duration;

/**
 * Settings of the broker on Redis.
 *
 * @param retention the retention of each tenant's channels; queried each time
 * @param idempotencyWindow the minimum time for which an id is remembered, by Redis' clock
 * @param replicas how many replicas must have a publication before it is acknowledged; 0 for none
 * @param maxWaitingBytes how many bytes may wait for Redis, in a Cluster for each of its servers,
 *     by {@link io.broadcasty.streams.broker.Envelope#costBytes}; beyond it publications are
 *     refused at once
 * @param maxGroup the approximate maximum number of envelopes sent to Redis at once
 * @param memory counts what waits, for its tenant
 */
public record RedisBrokerSettings(
    RetentionLookup retention,
    Duration idempotencyWindow,
    int replicas,
    long maxWaitingBytes,
    int maxGroup,
    MemoryBudget memory) {

  private static final long DEFAULT_WAITING_BYTES = 32L * 1024 * 1024;
  private static final int DEFAULT_GROUP = 256;

  /** Creates settings with at most 32 MiB waiting and 256 envelopes at once. */
  public RedisBrokerSettings(
      RetentionLookup retention, Duration idempotencyWindow, int replicas, MemoryBudget memory) {
    this(retention, idempotencyWindow, replicas, DEFAULT_WAITING_BYTES, DEFAULT_GROUP, memory);
  }

  /** Creates settings with unlimited memory. */
  public RedisBrokerSettings(RetentionLookup retention, Duration idempotencyWindow, int replicas) {
    this(retention, idempotencyWindow, replicas, MemoryBudget.unlimited(MemoryArea.QUEUES));
  }

  /** Creates settings with the same retention for every tenant. */
  public RedisBrokerSettings(Retention retention, Duration idempotencyWindow, int replicas) {
    this(
        RetentionLookup.uniform(retention),
        idempotencyWindow,
        replicas,
        DEFAULT_WAITING_BYTES,
        DEFAULT_GROUP,
        MemoryBudget.unlimited(MemoryArea.QUEUES));
  }
}
