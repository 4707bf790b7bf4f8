package io.broadcasty.cluster.control;

import java.time.Duration;

/**
 * How long the store keeps messages for nodes that are disconnected. The limit that is reached
 * first applies.
 *
 * @param age the maximum age of a message
 * @param count the maximum number of messages
 */
public record ControlRetention(Duration age, int count) {

  /** The default: one hour, and 10 000 messages. */
  public static final ControlRetention DEFAULT = new ControlRetention(Duration.ofHours(1), 10_000);

  public ControlRetention {
    if (age.isNegative() || age.isZero() || count < 1) {
      throw new IllegalArgumentException("the age and count of control messages must be above 0");
    }
  }
}
