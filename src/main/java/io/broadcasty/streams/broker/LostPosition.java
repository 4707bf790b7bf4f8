package io.broadcasty.streams.broker;

/**
 * A position that cannot be served any more, which is reported to the reader; publications are
 * never skipped silently.
 *
 * @param requested the reader's position
 * @param resumeFrom where the reader continues: the next publication is the one after it
 */
public record LostPosition(Reason reason, Position requested, Position resumeFrom) {

  /** The reason why a position is lost. */
  public enum Reason {
    /** Publications after the position have left the retention. */
    TRIMMED,
    /** The stream was lost and restarted with another epoch. */
    EPOCH,
    /** The position lies after the head. */
    AHEAD
  }
}
