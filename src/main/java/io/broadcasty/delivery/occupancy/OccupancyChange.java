package io.broadcasty.delivery.occupancy;

import io.broadcasty.core.channel.TenantChannel;
import java.util.concurrent.TimeUnit;

/**
 * A node's report on one channel.
 *
 * @param node the node whose subscribers it concerns: the reporting one, or a dead one
 * @param number identifies the report; grows with every report of a node. A report that was not
 *     answered is repeated with the same number
 * @param goneNanos when a dead node was considered dead, by the ticker; its own later reports stay
 *     valid. 0 when the report does not concern such a node
 */
public record OccupancyChange(
    TenantChannel channel, String node, Kind kind, long number, long goneNanos) {

  /** Creates a report on the reporting node itself. */
  public OccupancyChange(TenantChannel channel, String node, Kind kind, long number) {
    this(channel, node, kind, number, 0);
  }

  /**
   * Returns for how long the node has been considered dead.
   *
   * @return 0 when it is not considered dead
   */
  public long goneMillis(long nowNanos) {
    return goneNanos == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(nowNanos - goneNanos);
  }

  /** The kind of a report. */
  public enum Kind {
    /** The channel has subscribers on the node. */
    OCCUPY,
    /** The channel has no subscribers on the node any more. */
    LEAVE,
    /** The channel still has subscribers on the node; the store may have lost the first report. */
    OCCUPY_AGAIN,
    /** As {@link #OCCUPY_AGAIN}, without a sign that the store has lost the report. */
    RENEW,
    /**
     * The channel still has no subscribers on the node; the store may have lost the first report.
     */
    LEAVE_AGAIN,
    /** The listener has been notified of the {@link OccupancyAnswer#VACATED} with this number. */
    TOLD_VACATED
  }
}
