package io.broadcasty.streams.broker;

/**
 * An envelope with its assigned position.
 *
 * @param position of an ephemeral envelope, which has none, {@link Position#NONE}
 * @param timeMillis when it was appended, by the broker's wall clock
 */
public record Publication(Envelope envelope, Position position, long timeMillis) {

  /** Returns what is left of it when its message is erased: its place, its id and its time. */
  public Publication erased() {
    return new Publication(envelope.erased(), position, timeMillis);
  }

  /** Returns an ephemeral envelope as subscribers get it. */
  public static Publication ephemeral(Envelope envelope, long timeMillis) {
    return new Publication(envelope, Position.NONE, timeMillis);
  }
}
