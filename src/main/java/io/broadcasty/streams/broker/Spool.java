package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stores envelopes durably, in order of arrival, until their streams can accept them.
 *
 * <p>Every method may block, and throws a {@link BrokerException} when the spool cannot be reached;
 * trying again later is right. Shared by nodes.
 */
@ThreadSafe
public interface Spool {

  /**
   * A stored envelope.
   *
   * @param number its place in the order: later ones have higher numbers
   */
  record SpooledEnvelope(long number, Envelope envelope) {}

  /**
   * Adds envelopes, all or none; returns once they are as durable as the spool allows. An envelope
   * whose id waits on its channel already is not added again.
   *
   * @throws RejectedDataException when the spool refuses the data of one of them; none was added
   */
  void add(List<Envelope> envelopes);

  /**
   * Adds envelopes as {@link #add} does, but only to channels for which others wait. Those are not
   * removed before the new ones are added, so that a concurrent call of {@link #channels} returns
   * the channel.
   *
   * @return the channels for which nothing waits; their envelopes were not added
   * @throws RejectedDataException as {@link #add}
   */
  Set<TenantChannel> addBehind(List<Envelope> envelopes);

  /**
   * Returns the oldest envelopes, in order.
   *
   * @param after the number of the one before the first to return; 0 to begin with the oldest
   * @param maxCount the maximum number
   * @throws io.broadcasty.core.format.UnknownVersionException when the first of them was queued by
   *     a node of another version and cannot be decoded; one that is not the first ends the list
   *     before it
   */
  List<SpooledEnvelope> oldest(long after, int maxCount);

  /** Removes envelopes that have been published. */
  void remove(List<SpooledEnvelope> published);

  /**
   * Returns the number of the oldest envelope of each of these channels; channels for which nothing
   * waits are not in it.
   */
  Map<TenantChannel, Long> oldestNumbers(Set<TenantChannel> channels);

  /** Returns the channels for which envelopes wait. */
  Set<TenantChannel> channels();
}
