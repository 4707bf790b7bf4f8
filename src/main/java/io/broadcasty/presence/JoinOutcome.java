package io.broadcasty.presence;

import io.broadcasty.core.memory.MemoryBudget;
import java.time.Duration;

/** The result of a join. */
public sealed interface JoinOutcome {

  /**
   * The member is present.
   *
   * @param first whether it was not present before
   */
  record Joined(boolean first) implements JoinOutcome {}

  /**
   * The channel has reached its limit of members.
   *
   * @param limit the limit
   */
  record Full(int limit) implements JoinOutcome {}

  /**
   * There is no memory for the member.
   *
   * @param full whose memory is used up
   */
  record NoMemory(MemoryBudget.Grant full) implements JoinOutcome {}

  /**
   * The store did not accept the join; trying again after a delay is right.
   *
   * @param reason for the client: what is wrong
   */
  record Unavailable(String reason, Duration retryAfter) implements JoinOutcome {}
}
