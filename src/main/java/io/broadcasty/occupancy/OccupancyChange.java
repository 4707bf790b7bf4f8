package io.broadcasty.occupancy;

import io.broadcasty.channel.TenantChannel;
import java.util.concurrent.TimeUnit;

/**
 * What a node says of one channel.
 *
 * @param node whose subscribers it is about: the one that says it, or one that is gone
 * @param number names what is said; grows with everything that a node says. Something that was not
 *     answered is said again with the same number
 * @param goneNanos when a node that is gone was taken for dead, by the ticker; what it has said
 *     since then itself stays. 0 where it is not about such a node
 */
public record OccupancyChange(
    TenantChannel channel, String node, Kind kind, long number, long goneNanos) {

  /** Of the node that says it. */
  public OccupancyChange(TenantChannel channel, String node, Kind kind, long number) {
    this(channel, node, kind, number, 0);
  }

  /**
   * For how long the node has been taken for dead.
   *
   * @return 0 where it has not
   */
  public long goneMillis(long nowNanos) {
    return goneNanos == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(nowNanos - goneNanos);
  }

  /** What is said. */
  public enum Kind {
    /** The channel has subscribers on the node. */
    OCCUPY,
    /** It has none any more. */
    LEAVE,
    /** It has, as was said before: the store may have lost it. */
    OCCUPY_AGAIN,
    /** As {@link #OCCUPY_AGAIN}, though nothing says that the store has lost it. */
    RENEW,
    /** It has none, as was said before: the store may have lost it. */
    LEAVE_AGAIN,
    /** The {@link OccupancyAnswer#VACATED} of this number has been told to the listener. */
    TOLD_VACATED
  }
}
