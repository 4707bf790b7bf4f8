package io.broadcasty.broker;

import java.time.Duration;

/** What became of one envelope. */
public sealed interface AppendOutcome {

  /**
   * It has its position and is kept as the store promises.
   *
   * @param duplicate whether the position is that of an earlier envelope with the same id
   */
  record Appended(Position position, boolean duplicate) implements AppendOutcome {}

  /**
   * It is kept safely and will get its position, after what was kept before it, once the store can
   * be reached.
   */
  record Queued() implements AppendOutcome {}

  /**
   * It was not taken, and trying again after a while is right.
   *
   * @param reason for the client: what is the matter
   */
  record Unavailable(String reason, Duration retryAfter) implements AppendOutcome {}
}
