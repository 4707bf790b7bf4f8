package io.broadcasty.streams.broker;

/**
 * A publication's place in its stream: epoch, partition and sequence.
 *
 * @param epoch identifies the stream until it is lost and restarted, which changes the epoch. Never
 *     empty.
 * @param partition the channel's partition, from 0
 * @param sequence from 1, without gaps within a partition; 0 stands for "before the first"
 */
public record Position(String epoch, int partition, long sequence) {

  /** Stands for the position of what is not kept. */
  public static final Position NONE = new Position("-", 0, 0);
}
