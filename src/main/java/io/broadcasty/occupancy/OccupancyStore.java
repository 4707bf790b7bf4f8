package io.broadcasty.occupancy;

import io.broadcasty.channel.TenantChannel;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Which nodes have subscribers of which channels. Of all nodes that share a store, each change of a
 * channel from no subscribers to some and back is answered to exactly one, by turns: {@link
 * OccupancyAnswer#OCCUPIED} only after the {@link OccupancyAnswer#VACATED} before it has been told.
 * An answer that is asked for again is the same.
 *
 * <p>Every method may block. A node's calls come one at a time; several nodes call at once.
 */
public interface OccupancyStore extends AutoCloseable {

  /**
   * Makes changes.
   *
   * @param changes of one channel and node at most one, besides a {@code TOLD_VACATED}, which comes
   *     before it
   * @return the answers; of what is left out it is not known whether it was made, and it is to be
   *     said again
   * @throws OccupancyException when it is known of none
   */
  Map<OccupancyChange, OccupancyAnswer> apply(List<OccupancyChange> changes);

  /**
   * Some channels that a node has, or had lately, subscribers of: those to be looked after when it
   * is gone.
   *
   * @param limit at most so many; fewer only when there are no more
   * @throws OccupancyException when they cannot be read
   */
  Collection<TenantChannel> channelsOf(String node, int limit);

  /**
   * A node has no subscribers of these any more, so that they are none of {@link #channelsOf}.
   *
   * @throws OccupancyException when it is not known whether that was noted
   */
  void release(String node, Collection<TenantChannel> channels);

  @Override
  void close();
}
