package io.broadcasty.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.TenantChannel;
import java.util.List;
import java.util.Set;

/**
 * Keeps envelopes safely, in the order in which they came, until their streams can take them.
 *
 * <p>Every method may block, and throws a {@link BrokerException} when the spool cannot be reached;
 * trying again later is right. Shared by nodes.
 */
@ThreadSafe
public interface Spool {

  /**
   * An envelope that waits.
   *
   * @param number its place: what came later has a higher one
   */
  record Spooled(long number, Envelope envelope) {}

  /**
   * Adds envelopes, all or none; returns once they are as safe as the spool can make them. One
   * whose id waits already on its channel is not added again.
   */
  void add(List<Envelope> envelopes);

  /**
   * As {@link #add}, but only to channels for which something waits. What waits there is not
   * removed before that is done, so that whoever looks at {@link #channels} meanwhile sees the
   * channel.
   *
   * @return the channels for which nothing waits; their envelopes were not added
   */
  Set<TenantChannel> addBehind(List<Envelope> envelopes);

  /**
   * Those that have waited longest, in order.
   *
   * @param after the number of the one before the first wanted; 0 for the first of all
   * @param maxCount at most so many
   * @throws io.broadcasty.format.UnknownVersionException when the first of them was queued by a
   *     node of another version and cannot be decoded; one that is not the first ends the list
   *     before it
   */
  List<Spooled> oldest(long after, int maxCount);

  /** They do not wait any more. */
  void remove(List<Spooled> gone);

  /** The channels for which something waits. */
  Set<TenantChannel> channels();
}
