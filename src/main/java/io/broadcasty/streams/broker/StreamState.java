package io.broadcasty.streams.broker;

import org.jspecify.annotations.Nullable;

/**
 * The state of one partition's stream at one moment.
 *
 * @param epoch the stream's current epoch
 * @param partition the partition's number
 * @param first the oldest sequence kept; {@code head + 1} when nothing is kept
 * @param head the newest assigned sequence; 0 before the first publication
 */
public record StreamState(String epoch, int partition, long first, long head) {

  /** The sequence with which {@link #resume} starts at the oldest publication that is kept. */
  public static final long FROM_OLDEST = -1;

  /** Returns the newest position. */
  public Position headPosition() {
    return new Position(epoch, partition, head);
  }

  /**
   * Returns from where a reader can continue.
   *
   * @param requestedEpoch the epoch the reader knows; null when it knows none and accepts the
   *     current one
   * @param after the last sequence the reader has; {@link #FROM_OLDEST} for all that is kept
   */
  public Resume resume(@Nullable String requestedEpoch, long after) {
    if (after == FROM_OLDEST) {
      return new Resume(first - 1, null);
    }
    if (requestedEpoch != null && !requestedEpoch.equals(epoch)) {
      return lost(LostPosition.Reason.EPOCH, requestedEpoch, after, first - 1);
    }
    if (after > head) {
      return lost(LostPosition.Reason.AHEAD, epoch, after, head);
    }
    if (after + 1 < first) {
      return lost(LostPosition.Reason.TRIMMED, epoch, after, first - 1);
    }
    return new Resume(after, null);
  }

  private Resume lost(
      LostPosition.Reason reason, String requestedEpoch, long after, long resumeAfter) {
    return new Resume(
        resumeAfter,
        new LostPosition(
            reason,
            new Position(requestedEpoch, partition, after),
            new Position(epoch, partition, resumeAfter)));
  }

  /**
   * The place from which a reader continues.
   *
   * @param after the last sequence that it will not get
   * @param lost set when the reader did not request to continue there
   */
  public record Resume(long after, @Nullable LostPosition lost) {}
}
