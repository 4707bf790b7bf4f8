package io.broadcasty.delivery.occupancy;

import io.broadcasty.core.channel.TenantChannel;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Stores which nodes have subscribers of which channels. Each transition of a channel between no
 * subscribers and some, in the whole cluster, is answered to exactly one node, and they alternate:
 * {@link OccupancyAnswer#OCCUPIED} only after the notification of the {@link
 * OccupancyAnswer#VACATED} before it. A repeated report gets the same answer.
 *
 * <p>Every method may block. A node calls from one thread at a time; several nodes call at once.
 */
public interface OccupancyStore extends AutoCloseable {

  /**
   * Applies changes.
   *
   * @param changes at most one for each channel and node, besides a {@code TOLD_VACATED}, which
   *     precedes it
   * @return the answers; a change without an answer may or may not have been applied, and has to be
   *     reported again
   * @throws OccupancyException when no answer is known
   */
  Map<OccupancyChange, OccupancyAnswer> apply(List<OccupancyChange> changes);

  /**
   * Returns some channels of which a node has subscribers, or had them recently: those to remove
   * when the node is dead.
   *
   * @param limit the maximum number; fewer are returned only when there are no more
   * @throws OccupancyException when they cannot be read
   */
  Collection<TenantChannel> channelsOf(String node, int limit);

  /**
   * Removes channels without subscribers on a node from its {@link #channelsOf}.
   *
   * @throws OccupancyException when it is unknown whether they were removed
   */
  void release(String node, Collection<TenantChannel> channels);

  @Override
  void close();
}
