package io.broadcasty.presence;

import java.time.Duration;

/** What a join leads to. */
public sealed interface JoinOutcome {

  /**
   * The member is present.
   *
   * @param first whether it was not before
   */
  record Joined(boolean first) implements JoinOutcome {}

  /**
   * The channel has as many members as it may.
   *
   * @param limit how many that is
   */
  record Full(int limit) implements JoinOutcome {}

  /**
   * It was not taken, and trying again after a while is right.
   *
   * @param reason for the client: what is the matter
   */
  record Unavailable(String reason, Duration retryAfter) implements JoinOutcome {}
}
