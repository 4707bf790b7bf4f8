package io.broadcasty.delivery.occupancy;

/** The store's answer to an {@link OccupancyChange}: what the reporting node has to do. */
public enum OccupancyAnswer {
  /** No notification is due. */
  NOTHING,
  /** The channel now has its first subscribers in the cluster: the reporting node notifies. */
  OCCUPIED,
  /**
   * The channel has no subscribers in the cluster any more: the reporting node notifies, and then
   * reports {@link OccupancyChange.Kind#TOLD_VACATED}.
   */
  VACATED,
  /**
   * The change is applied, but another node is still notifying that the channel was vacated: report
   * the same again after a moment.
   */
  WAIT,
  /** Nothing is changed: the node considered dead has reported since. */
  RETURNED
}
