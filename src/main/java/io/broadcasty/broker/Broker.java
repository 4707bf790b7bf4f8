package io.broadcasty.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.tenant.TenantId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The ordered, kept streams: append, announce and replay in one port, because they must agree.
 *
 * <p>Guarantees, per (channel, partition): sequences are given out from 1 without gaps; the {@link
 * PublicationListener} hears of publications in that order, each after it can be read by {@link
 * #replay} (of those of other nodes, only on channels that are {@link #follow followed}); a
 * position that was answered is never given to another publication of the same epoch. A repeated id
 * of an idempotent envelope, on the same channel and within the idempotency window (at least 10
 * minutes), is answered with the first position and appended once, also while the first is still
 * under way. What has left the retention (age, count, bytes) is not served any more.
 */
@ThreadSafe
public interface Broker extends AutoCloseable {

  /** Everything is heard of already. */
  CompletionStage<Void> HEARD = CompletableFuture.completedStage(null);

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

  /**
   * Asks to hear of a channel's publications that other nodes append; those of this node are heard
   * of in any case. Each call is taken back by one {@link #unfollow}, whatever came of it. What is
   * missed while the store is out of reach is told by {@link PublicationListener#onGap}.
   *
   * @return completes once every publication that is appended from then on is heard of;
   *     exceptionally, with a {@link BrokerException}, when the store cannot be reached now. Then,
   *     too, publications are heard of as soon as it can be
   */
  default CompletionStage<Void> follow(TenantChannel channel) {
    return HEARD; // a broker that no other node appends to
  }

  /** Takes one {@link #follow} back. */
  default void unfollow(TenantChannel channel) {}

  /**
   * Asks to hear, by {@link PublicationListener#onChannel}, of the tenant's channels that match and
   * have their first publication from now on. Each call is taken back by one unfollow.
   *
   * @return as of {@link #follow(TenantChannel)}
   */
  default CompletionStage<Void> follow(TenantId tenant, ChannelPattern pattern) {
    return HEARD;
  }

  /** Takes one {@link #follow(TenantId, ChannelPattern)} back. */
  default void unfollow(TenantId tenant, ChannelPattern pattern) {}

  /** Drops what has left the retention or the idempotency window. Called every few seconds. */
  void prune();

  /** What it can do now, as far as is known; asks nobody. */
  default StoreCondition condition() {
    return StoreCondition.UP;
  }

  /** How durable an acknowledged publication is, in a sentence for the start-up log. */
  String durability();

  /** Ends it: publications under way are completed first, later ones are refused. */
  @Override
  void close();
}
