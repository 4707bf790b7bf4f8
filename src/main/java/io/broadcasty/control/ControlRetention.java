package io.broadcasty.control;

import java.time.Duration;

/**
 * How long the store keeps messages, for nodes that are cut off meanwhile. Whichever bound is
 * reached first holds.
 *
 * @param age of the oldest message
 * @param count of messages
 */
public record ControlRetention(Duration age, int count) {

  /** An hour, and 10 000 messages. */
  public static final ControlRetention USUAL = new ControlRetention(Duration.ofHours(1), 10_000);

  public ControlRetention {
    if (age.isNegative() || age.isZero() || count < 1) {
      throw new IllegalArgumentException("at least one message must be kept for some time");
    }
  }
}
