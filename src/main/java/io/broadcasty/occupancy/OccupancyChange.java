package io.broadcasty.occupancy;

import io.broadcasty.channel.TenantChannel;

/**
 * What a node says of one channel.
 *
 * @param node whose subscribers it is about: the one that says it, or one that is gone
 * @param number names what is said; grows with everything that a node says. Something that was not
 *     answered is said again with the same number
 */
public record OccupancyChange(TenantChannel channel, String node, Kind kind, long number) {

  /** What is said. */
  public enum Kind {
    /** The channel has subscribers on the node. */
    OCCUPY,
    /** It has none any more. */
    LEAVE,
    /** It has, as was said before: the store may have lost it. */
    OCCUPY_AGAIN,
    /** It has none, as was said before: the store may have lost it. */
    LEAVE_AGAIN,
    /** The {@link OccupancyAnswer#VACATED} of this number has been told to the listener. */
    TOLD_VACATED
  }
}
