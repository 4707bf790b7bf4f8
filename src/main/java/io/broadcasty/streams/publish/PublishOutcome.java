package io.broadcasty.streams.publish;

import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.streams.broker.AppendOutcome;
import java.time.Duration;

/** The result of one publication. */
public sealed interface PublishOutcome {

  /**
   * The publication was appended to its stream.
   *
   * @param id the envelope's id, the client's or a new one
   */
  record Published(String id, AppendOutcome.Appended appended) implements PublishOutcome {}

  /**
   * The publication is stored durably, and will be appended to its stream when the store can be
   * reached.
   *
   * @param id the envelope's id, the client's or a new one
   */
  record Queued(String id) implements PublishOutcome {}

  /**
   * The ephemeral publication was delivered to the subscribers of the moment, and is not kept.
   *
   * @param id the envelope's id, the client's or a new one
   */
  record Announced(String id) implements PublishOutcome {}

  /** The policy denies the publication. */
  record Denied() implements PublishOutcome {}

  /** A rate limit is exceeded. */
  record Throttled(RateLimiter.Verdict verdict) implements PublishOutcome {}

  /** The store cannot accept the publication now. */
  record Unavailable(String reason, Duration retryAfter) implements PublishOutcome {}

  /** The store refuses the publication for good. */
  record Rejected(String reason) implements PublishOutcome {}

  /**
   * The tenant has as many channels as it may have, and this would be another one.
   *
   * @param quota how many it may have
   */
  record TooManyChannels(long quota) implements PublishOutcome {}

  /** The node has no memory left for the publication. */
  record NoMemory(AppendOutcome.NoMemory outcome) implements PublishOutcome {}
}
