package io.broadcasty.delivery.subscribe;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent.Cause;
import io.broadcasty.delivery.hub.ChannelSubscriber;
import io.broadcasty.delivery.hub.EncodedPresence;
import io.broadcasty.delivery.hub.EncodedPublication;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One connection's subscription to one channel, with a {@link PartitionJoin} for each partition.
 * Holds all publications until {@link #start}, so that the answer to the subscriber goes out first.
 */
final class ChannelSubscription implements ChannelSubscriber {

  private final TenantChannel channel;
  private final int partitions;
  private final BrokerSubscription brokerSubscription;
  private final SubscriberConnection subscriber;
  private final ReplayReader replayReader;

  /**
   * The joins by partition, null where none has been requested; replaced as a whole, guarded by
   * this.
   */
  private volatile @Nullable PartitionJoin[] joins = new PartitionJoin[1];

  /**
   * The names the channel is subscribed to by: its own, and patterns. Guarded by the {@link
   * SubscriptionTable} that it belongs to.
   */
  final Set<String> targets = new HashSet<>(2);

  private volatile boolean started;

  /** The order of the last ephemeral publication; only the event loop uses it. */
  private long lastEphemeral;

  private volatile boolean closed;
  private volatile @Nullable PresenceView view;

  /**
   * Creates a subscription that holds its publications.
   *
   * @param partitions the channel's number of partitions according to the policy
   */
  ChannelSubscription(
      TenantChannel channel,
      int partitions,
      BrokerSubscription brokerSubscription,
      SubscriberConnection subscriber,
      ReplayReader replayReader) {
    this.channel = channel;
    this.partitions = partitions;
    this.brokerSubscription = brokerSubscription;
    this.subscriber = subscriber;
    this.replayReader = replayReader;
  }

  TenantChannel channel() {
    return channel;
  }

  int partitions() {
    return partitions;
  }

  BrokerSubscription brokerSubscription() {
    return brokerSubscription;
  }

  /** Returns the join of a partition; creates it on the first call. */
  synchronized PartitionJoin join(int partition) {
    PartitionJoin known = known(partition);
    if (known != null) {
      return known;
    }
    PartitionJoin join =
        started
            ? PartitionJoin.liveFromFirst(partition, subscriber)
            : new PartitionJoin(partition, subscriber);
    if (closed) {
      join.close();
    }
    @Nullable PartitionJoin[] more = Arrays.copyOf(joins, Math.max(joins.length, partition + 1));
    more[partition] = join;
    joins = more;
    return join;
  }

  @Override
  public void onPublication(EncodedPublication publication) {
    if (closed) {
      return;
    }
    if (publication.isEphemeral()) {
      onEphemeral(publication);
      return;
    }
    int partition = publication.publication().position().partition();
    PartitionJoin join = known(partition);
    if (join == null) {
      join = join(partition);
    }
    if (join.onPublication(publication)) {
      replayReader.add(this, join, Cause.GAP);
    }
  }

  /**
   * Sends what is not kept, unless the subscriber has not been answered yet, has had it already, or
   * is so slow that it would delay what is kept.
   */
  private void onEphemeral(EncodedPublication publication) {
    if (publication.ephemeralOrder() > lastEphemeral) {
      lastEphemeral = publication.ephemeralOrder();
      if (started && subscriber.hasRoom()) {
        subscriber.sendPublication(publication);
      }
    }
  }

  @Override
  public Executor eventLoop() {
    return subscriber.eventLoop();
  }

  @Override
  public void onPresence(EncodedPresence change) {
    PresenceView watching = view;
    if (watching != null) {
      watching.onChange(change);
    }
  }

  /** Sends changes of members to this view only; null sends them to none. */
  void watch(@Nullable PresenceView watching) {
    PresenceView before;
    synchronized (this) {
      before = view;
      view = closed ? null : watching;
    }
    if (before != null) {
      before.close();
    }
    if (closed && watching != null) {
      watching.close();
    }
  }

  boolean isWatching() {
    return view != null;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Also catches up partitions without any publication so far.
   */
  @Override
  public void onGap() {
    for (int partition = 0; partition < partitions; partition++) {
      join(partition);
    }
    for (PartitionJoin join : joins) {
      if (join != null && join.onGap()) {
        replayReader.add(this, join, Cause.GAP);
      }
    }
  }

  @Override
  public void onFailure(RuntimeException failure) {
    closed = true;
    subscriber.endWithFailure(failure);
  }

  /**
   * Lets the publications through: first those missed, then live ones.
   *
   * @param cause why some may have been missed
   */
  void start(Cause cause) {
    List<PartitionJoin> behind = new ArrayList<>(0);
    List<PartitionJoin> atHead = new ArrayList<>(0);
    synchronized (this) {
      started = true;
      for (PartitionJoin join : joins) {
        if (join != null) {
          (join.start() ? atHead : behind).add(join);
        }
      }
    }
    for (PartitionJoin join : behind) {
      replayReader.add(this, join, cause);
    }
    if (cause == Cause.POSITION && !closed) {
      atHead.forEach(join -> replayReader.reportAtHead(this, join.partition()));
    }
  }

  /**
   * Ends the subscription. Nothing is delivered after the return, so a new subscription can follow.
   */
  void close() {
    synchronized (this) {
      closed = true;
      for (PartitionJoin join : joins) {
        if (join != null) {
          join.close();
        }
      }
    }
    watch(null);
  }

  private @Nullable PartitionJoin known(int partition) {
    @Nullable PartitionJoin[] all = joins;
    return partition < all.length ? all[partition] : null;
  }

  boolean isClosed() {
    return closed;
  }
}
