package io.broadcasty.nodes.redis;

import java.time.Duration;

/**
 * The heartbeat of a node, the same in the whole cluster.
 *
 * @param beat the interval
 * @param word the time to live; several intervals, so that a single lost heartbeat does no harm
 */
public record Pulse(Duration beat, Duration word) {

  /** The default: every 2 s, valid for 8 s. */
  public static final Pulse USUAL = new Pulse(Duration.ofSeconds(2), Duration.ofSeconds(8));
}
