package io.broadcasty.occupancy;

/** What follows from an {@link OccupancyChange}. */
public enum OccupancyAnswer {
  /** There is nothing to be told. */
  NOTHING,
  /** The channel had no subscribers in the cluster, and has: whoever said so tells it. */
  OCCUPIED,
  /**
   * The channel has no subscribers in the cluster any more: whoever said so tells it, and then says
   * {@link OccupancyChange.Kind#TOLD_VACATED}.
   */
  VACATED,
  /**
   * The change is made. It is not settled yet whether it is to be told, since another node is still
   * telling of the channel's end: say the same again in a moment.
   */
  WAIT,
  /** Nothing is changed: the node that is said to be gone has spoken since. */
  RETURNED
}
