package io.broadcasty.cluster.nodes.redis;

import java.time.Duration;

/**
 * The heartbeat of a node, the same in the whole cluster.
 *
 * @param interval the interval
 * @param timeToLive the time to live; several intervals, so that a single lost heartbeat does no
 *     harm
 */
public record Heartbeat(Duration interval, Duration timeToLive) {

  /** The default: every 2 s, valid for 8 s. */
  public static final Heartbeat DEFAULT =
      new Heartbeat(Duration.ofSeconds(2), Duration.ofSeconds(8));
}
