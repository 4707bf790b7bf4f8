package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Stores ordered streams: append, announce and replay in one port, because they must agree.
 *
 * <p>Guarantees, per (channel, partition): sequences are assigned from 1 without gaps. The {@link
 * PublicationListener} is called with publications in that order, each after it can be read by
 * {@link #replay} (with those of other nodes, only on channels that are {@link #follow followed}).
 * A position that was answered is never assigned to another publication of the same epoch. A
 * repeated id of an idempotent envelope, on the same channel and within the idempotency window (at
 * least 10 minutes), is answered with the first position and appended once, also while the first
 * append is still in progress. Publications that have left the retention (age, count, bytes) are
 * not served any more. A store with limited memory may end the retention early: readers then get a
 * {@link LostPosition}, as at the end of any retention, and an envelope for which no memory can be
 * found is refused with {@link AppendOutcome.NoMemory}.
 *
 * <p>An {@link Envelope#ephemeral ephemeral} envelope is only announced, to all nodes that follow
 * its channel or a pattern that matches: it changes no stream and no epoch, no read returns it, its
 * id is not remembered, and it is answered with {@link AppendOutcome.Announced}. A node that cannot
 * be reached then misses it.
 */
@ThreadSafe
public interface Broker extends AutoCloseable {

  /** A completed stage: all announcements are received already. */
  CompletionStage<Void> FOLLOWED = CompletableFuture.completedStage(null);

  /**
   * Appends envelopes, in the given order within a partition.
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
   * Returns the states of the first {@code partitions} partitions of a channel, in order, and of
   * any further partition that has publications. A partition without a publication has head 0 and
   * the epoch that its first publication will have.
   *
   * @throws BrokerException as {@link #replay}
   */
  List<StreamState> states(TenantChannel channel, int partitions);

  /**
   * Returns the heads of many channels, read together: the last position of each partition that has
   * publications. A channel is left out only if its heads cannot be read now.
   *
   * @throws BrokerException when no channel can be read; trying again later is right
   */
  default Map<TenantChannel, List<Position>> heads(Collection<TenantChannel> channels) {
    Map<TenantChannel, List<Position>> heads = new HashMap<>();
    for (TenantChannel channel : channels) {
      heads.put(
          channel,
          states(channel, 1).stream()
              .filter(state -> state.head() > 0)
              .map(state -> new Position(state.epoch(), state.partition(), state.head()))
              .toList());
    }
    return heads;
  }

  /**
   * Returns the tenant's channels that have a stream and match, in order of name.
   *
   * @param limit the maximum number
   * @throws BrokerException as {@link #replay}
   */
  List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit);

  /**
   * Returns the tenant's channels of all kinds that have a stream, in order of name. Reads as many
   * names as it returns.
   *
   * @param prefix what the names begin with; may be empty
   * @param after the channel before the first one to return; null to begin with the first
   * @param limit the maximum number; fewer are returned only when there are no more
   * @throws BrokerException as {@link #replay}
   */
  List<ChannelName> channels(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit);

  /**
   * Returns how many of the tenant's channels have a stream. Nodes that create channels at this
   * moment may not be counted.
   *
   * @param limit the number at which counting may end; returned when there are more
   * @throws BrokerException as {@link #replay}
   */
  long countChannels(TenantId tenant, long limit);

  /**
   * Subscribes to announcements of a channel's publications that other nodes append; this node's
   * own are always announced. Each call needs one {@link #unfollow}, whatever its result.
   * Announcements missed while the store is unreachable are reported by {@link
   * PublicationListener#onGap}.
   *
   * @return completes once every publication that is appended from then on is announced here;
   *     exceptionally, with a {@link BrokerException}, when the store cannot be reached now. In
   *     that case, too, announcements begin as soon as it can be reached
   */
  default CompletionStage<Void> follow(TenantChannel channel) {
    return FOLLOWED; // a broker to which no other node appends
  }

  /** Undoes one {@link #follow}. */
  default void unfollow(TenantChannel channel) {}

  /**
   * Subscribes, by {@link PublicationListener#onChannel}, to the tenant's matching channels that
   * get their first publication from now on. Each call needs one unfollow.
   *
   * @return as {@link #follow(TenantChannel)}
   */
  default CompletionStage<Void> follow(TenantId tenant, ChannelPattern pattern) {
    return FOLLOWED;
  }

  /** Undoes one {@link #follow(TenantId, ChannelPattern)}. */
  default void unfollow(TenantId tenant, ChannelPattern pattern) {}

  /**
   * Erases the messages of publications that are kept: {@link Publication#erased} is left of each.
   * Its position and its id stay taken, so readers find no gap, and a repetition of it is still
   * recognised. Its size counts in the retention as before. Once this returns, no node reads the
   * message any more, except from memory or a connection to which it was already on its way.
   *
   * <p>Blocks on the store, for long if the stream is long. When it fails, some of the messages may
   * have been erased; repeating the call is right, and erases the others.
   *
   * @param stream skipped when its epoch is not the current one
   * @param sequences those that are not kept are skipped
   * @return how many of them are kept, and have been erased now or before
   * @throws BrokerException when the store cannot be written, or another call is erasing messages
   *     of the same stream; trying again later is right
   */
  int erase(StreamKey stream, Set<Long> sequences);

  /** Deletes what has left the retention or the idempotency window. Called every few seconds. */
  void prune();

  /** Returns what the store can do now, as far as is known; does not contact it. */
  default StoreCondition condition() {
    return StoreCondition.UP;
  }

  /** Returns how durable an acknowledged publication is, as a sentence for the start-up log. */
  String durability();

  /** Closes the broker: publications in progress are completed first, later ones are refused. */
  @Override
  void close();
}
