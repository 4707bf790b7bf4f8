package io.broadcasty.publish;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.ratelimit.RateLimiter;
import java.time.Duration;

/** What became of one publication. */
public sealed interface PublishOutcome {

  /**
   * It stands in the stream.
   *
   * @param id the envelope's id, the client's or a new one
   */
  record Published(String id, AppendOutcome.Appended appended) implements PublishOutcome {}

  /**
   * It is kept safely, and will stand in the stream when the store can be reached.
   *
   * @param id the envelope's id, the client's or a new one
   */
  record Queued(String id) implements PublishOutcome {}

  /** The policy says no. */
  record Denied() implements PublishOutcome {}

  /** A rate limit says not now. */
  record Throttled(RateLimiter.Verdict verdict) implements PublishOutcome {}

  /** The store cannot take it now. */
  record Unavailable(String reason, Duration retryAfter) implements PublishOutcome {}
}
