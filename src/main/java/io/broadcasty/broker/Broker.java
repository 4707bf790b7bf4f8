package io.broadcasty.broker;

import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.tenant.TenantId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The ordered, kept streams: append, announce and replay in one port, because they must agree.
 *
 * <p>Guarantees, per (channel, partition): sequences are given out from 1 without gaps; the {@link
 * PublicationListener} hears of publications in that order, each after it can be read by {@link
 * #replay}; a position that was answered is never given to another publication of the same epoch. A
 * repeated id of an idempotent envelope, on the same channel and within the idempotency window (at
 * least 10 minutes), is answered with the first position and appended once, also while the first is
 * still under way. What has left the retention (age, count, bytes) is not served any more.
 *
 * <p>Safe for use by several threads.
 */
public interface Broker extends AutoCloseable {

  /**
   * Appends envelopes, in the given order as far as they share a partition.
   *
   * @return the outcomes, in the order of the envelopes; completes exceptionally only for a fault
   *     of the broker itself. An envelope without an {@link AppendOutcome.Appended} may still have
   *     been appended when the store failed at the wrong moment: publish again with the same id.
   */
  CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes);

  /**
   * Reads a page. May block on the store.
   *
   * @throws BrokerException when the store cannot be read; trying again later is right
   */
  ReplayPage replay(ReplayRequest request);

  /**
   * What is kept of the first {@code partitions} partitions of a channel, in order, and of any
   * further partition that has publications. A partition without a publication has head 0 and the
   * epoch its first publication will have.
   *
   * @throws BrokerException as {@link #replay}
   */
  List<StreamState> states(TenantChannel channel, int partitions);

  /**
   * The tenant's channels that have a stream and match, in order of name.
   *
   * @param limit at most so many
   * @throws BrokerException as {@link #replay}
   */
  List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit);

  /** Drops what has left the retention or the idempotency window. Called every few seconds. */
  void prune();

  /** How durable an acknowledged publication is, in a sentence for the start-up log. */
  String durability();

  /** Ends it: publications under way are completed first, later ones are refused. */
  @Override
  void close();
}
