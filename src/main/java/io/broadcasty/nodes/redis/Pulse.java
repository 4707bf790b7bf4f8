package io.broadcasty.nodes.redis;

import java.time.Duration;

/**
 * How a node shows that it lives; the same for all of a cluster.
 *
 * @param beat how often it says so
 * @param word for how long its word counts; some beats, so that a lost one is not an end
 */
public record Pulse(Duration beat, Duration word) {

  /** Every 2 s, for 8 s. */
  public static final Pulse USUAL = new Pulse(Duration.ofSeconds(2), Duration.ofSeconds(8));
}
