package io.broadcasty.broker.redis;

import io.broadcasty.tenant.Retention;
import io.broadcasty.tenant.RetentionLookup;
import java.time.Duration;

/**
 * How the broker on Redis behaves.
 *
 * @param retention how much is kept of each tenant's channels; asked each time
 * @param idempotencyWindow how long an id is remembered, by the nodes' wall clocks, at least
 * @param replicas how many replicas must have a publication before it is acknowledged; 0 for none
 * @param maxWaitingBytes how much may wait for Redis, by {@link
 *     io.broadcasty.broker.Envelope#costBytes}; beyond it publications are refused at once
 * @param maxGroup about how many envelopes go to Redis at once
 */
public record RedisBrokerSettings(
    RetentionLookup retention,
    Duration idempotencyWindow,
    int replicas,
    long maxWaitingBytes,
    int maxGroup) {

  private static final long DEFAULT_WAITING_BYTES = 32L * 1024 * 1024;
  private static final int DEFAULT_GROUP = 256;

  /** With 32 MiB waiting at most and 256 envelopes at once. */
  public RedisBrokerSettings(RetentionLookup retention, Duration idempotencyWindow, int replicas) {
    this(retention, idempotencyWindow, replicas, DEFAULT_WAITING_BYTES, DEFAULT_GROUP);
  }

  /** The same of every tenant. */
  public RedisBrokerSettings(Retention retention, Duration idempotencyWindow, int replicas) {
    this(
        RetentionLookup.same(retention),
        idempotencyWindow,
        replicas,
        DEFAULT_WAITING_BYTES,
        DEFAULT_GROUP);
  }
}
