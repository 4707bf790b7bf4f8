package io.broadcasty.streams.broker;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import java.time.Duration;

/** The outcome of appending one envelope. */
public sealed interface AppendOutcome {

  /**
   * The envelope has its position and is kept as the store promises.
   *
   * @param duplicate whether the position is that of an earlier envelope with the same id
   */
  record Appended(Position position, boolean duplicate) implements AppendOutcome {}

  /** The ephemeral envelope has been announced, and is not kept. */
  record Announced() implements AppendOutcome {}

  /**
   * The envelope is stored safely and will get its position, after those queued before it, once the
   * store can be reached.
   */
  record Queued() implements AppendOutcome {}

  /**
   * The envelope was not accepted; trying again after a while is right.
   *
   * @param reason for the client: what is wrong
   */
  record Unavailable(String reason, Duration retryAfter) implements AppendOutcome {}

  /**
   * The store refuses this envelope for good; trying again is wrong.
   *
   * @param reason for the client: what is wrong
   */
  record Rejected(String reason) implements AppendOutcome {}

  /**
   * The envelope was not accepted, because it would have created a channel beyond the tenant's
   * quota.
   *
   * @param quota how many channels the tenant may have
   */
  record TooManyChannels(long quota) implements AppendOutcome {}

  /**
   * The envelope was not accepted, because this node has no memory left for it; trying again after
   * a while is right.
   *
   * @param area what the memory is needed for
   * @param full whose memory is used up
   */
  record NoMemory(MemoryArea area, MemoryBudget.Grant full, Duration retryAfter)
      implements AppendOutcome {}
}
