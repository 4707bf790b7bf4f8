package io.broadcasty.broker;

/**
 * A position that cannot be served any more, to be told to the reader, never skipped over.
 *
 * @param requested what the reader had
 * @param resumeFrom where it goes on: the next publication is the one after it
 */
public record Lost(Reason reason, Position requested, Position resumeFrom) {

  /** Why. */
  public enum Reason {
    /** Publications after the position have left the retention. */
    TRIMMED,
    /** The stream was lost and begun anew. */
    EPOCH,
    /** The position lies after the head. */
    AHEAD
  }
}
