package io.broadcasty.cluster.nodes;

import java.time.Duration;

/**
 * When a node that is cut off from the store it shares with others takes no part.
 *
 * @param after how long it has to be cut off while others are not; zero for never
 * @param statusPort the port at which nodes ask each other whether they reach the store; 0 for any
 *     free one
 */
public record CutOffSettings(Duration after, int statusPort) {

  /** Nodes do not ask each other. */
  public static final CutOffSettings OFF = new CutOffSettings(Duration.ZERO, 0);
}
