package io.broadcasty.broker.jdbc;

import io.broadcasty.tenant.Retention;
import io.broadcasty.tenant.RetentionLookup;
import java.time.Duration;

/**
 * How the broker in the database behaves.
 *
 * @param retention how much is kept of each tenant's channels; asked each time
 * @param idempotencyWindow how long an id is remembered, by the wall clock, at least
 * @param maxWaitingBytes how much may wait for the database, by {@link
 *     io.broadcasty.broker.Envelope#costBytes}; beyond it publications are refused at once
 * @param maxGroup about how many envelopes go into one transaction
 */
public record JdbcBrokerSettings(
    RetentionLookup retention, Duration idempotencyWindow, long maxWaitingBytes, int maxGroup) {

  private static final long DEFAULT_WAITING_BYTES = 32L * 1024 * 1024;
  private static final int DEFAULT_GROUP = 1000;

  public JdbcBrokerSettings {
    if (idempotencyWindow.isNegative() || idempotencyWindow.isZero()) {
      throw new IllegalArgumentException("the idempotency window must be longer than nothing");
    }
    if (maxWaitingBytes < 1 || maxGroup < 1) {
      throw new IllegalArgumentException("the bounds must be at least 1");
    }
  }

  /** With 32 MiB waiting at most and 1 000 envelopes a transaction. */
  public JdbcBrokerSettings(RetentionLookup retention, Duration idempotencyWindow) {
    this(retention, idempotencyWindow, DEFAULT_WAITING_BYTES, DEFAULT_GROUP);
  }

  /** The same of every tenant. */
  public JdbcBrokerSettings(Retention retention, Duration idempotencyWindow) {
    this(RetentionLookup.same(retention), idempotencyWindow, DEFAULT_WAITING_BYTES, DEFAULT_GROUP);
  }
}
