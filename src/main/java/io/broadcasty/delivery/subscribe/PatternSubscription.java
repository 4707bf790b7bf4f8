package io.broadcasty.delivery.subscribe;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent.Cause;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.hub.PatternSubscriber;
import io.broadcasty.streams.broker.Broker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** One connection's subscription to all channels that match a pattern, including future ones. */
final class PatternSubscription implements PatternSubscriber {

  private final SubscribeService context;
  private final SubscriptionTable table;
  private final SubscriberConnection subscriber;
  private volatile Caller caller;
  private final String target;
  private final ChannelPattern pattern;
  private final BrokerSubscription brokerSubscription;

  // guarded by the targets
  final List<ChannelSubscription> waiting = new ArrayList<>(0);
  boolean answered;

  PatternSubscription(
      SubscribeService context,
      SubscriptionTable targets,
      SubscriberConnection subscriber,
      Caller caller,
      String target,
      ChannelPattern pattern) {
    this.context = context;
    this.table = targets;
    this.subscriber = subscriber;
    this.caller = caller;
    this.target = target;
    this.pattern = pattern;
    Broker broker = context.broker();
    this.brokerSubscription =
        new BrokerSubscription(
            () -> broker.follow(caller.tenant(), pattern),
            () -> broker.unfollow(caller.tenant(), pattern));
  }

  TenantId tenant() {
    return caller.tenant();
  }

  String target() {
    return target;
  }

  BrokerSubscription brokerSubscription() {
    return brokerSubscription;
  }

  /** Sets the caller whose permissions apply to future channels. */
  void reauthorize(Caller now) {
    caller = now;
  }

  @Override
  public ChannelPattern pattern() {
    return pattern;
  }

  @Override
  public void onChannel(TenantChannel channel) {
    Caller who = caller;
    if (!context.policy().allows(who, channel.name(), Action.SUBSCRIBE)) {
      return;
    }
    int partitions = context.policy().partitions(who, channel.name());
    SubscriptionTable.Arrival arrival =
        table.onChannelOpened(channel, partitions, this, context.maxChannels(who.tenant()));
    if (arrival.full()) {
      subscriber.endTooManyChannels();
    } else if (arrival.memory() != Grant.GRANTED) {
      subscriber.endWithoutMemory(arrival.memory());
    }
    ChannelSubscription subscription = arrival.subscription();
    if (subscription == null || !arrival.created()) {
      return;
    }
    if (arrival.answered()) {
      subscription.start(Cause.GAP); // before its first publication, so that it needs no replay
    }
    try {
      join(subscription);
    } catch (RuntimeException e) { // otherwise it would miss publications
      subscriber.endWithFailure(e);
    }
    Caller now = caller;
    @SuppressWarnings("ReferenceEquality") // a refreshed token makes another object
    boolean changed = now != who;
    if (changed && !context.policy().allows(now, channel.name(), Action.SUBSCRIBE)) {
      table.remove(subscription);
      subscription.close();
    }
    if (subscription.isClosed()) { // the subscription or the connection has ended
      context.hub().remove(channel, subscription);
      subscription.brokerSubscription().unfollow();
    }
  }

  private void join(ChannelSubscription subscription) {
    TenantChannel channel = subscription.channel();
    context.hub().add(channel, subscription);
    CompletionStage<Void> followed = subscription.brokerSubscription().follow();
    if (!followed.toCompletableFuture().isDone()) { // earlier publications have to be read
      var unused = followed.thenRun(() -> context.hub().onGap(channel));
    }
  }

  /** Lets the publications of matching channels through, once the subscriber has been answered. */
  void start() {
    table.markAnswered(this).forEach(subscription -> subscription.start(Cause.GAP));
  }

  void leave() {
    context.hub().remove(caller.tenant(), this);
    brokerSubscription.unfollow();
  }
}
