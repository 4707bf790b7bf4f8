package io.broadcasty.subscribe;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.Broker;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.hub.PatternSubscriber;
import io.broadcasty.lifecycle.ChannelEvent.Cause;
import io.broadcasty.rbac.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** One connection's subscription to all channels that match a pattern, including future ones. */
final class PatternSubscription implements PatternSubscriber {

  private final Subscribe context;
  private final Targets targets;
  private final Sink subscriber;
  private volatile Caller caller;
  private final String target;
  private final ChannelPattern pattern;
  private final Interest brokerSubscription;

  // guarded by the targets
  final List<ChannelSubscription> waiting = new ArrayList<>(0);
  boolean begun;

  PatternSubscription(
      Subscribe context,
      Targets targets,
      Sink subscriber,
      Caller caller,
      String target,
      ChannelPattern pattern) {
    this.context = context;
    this.targets = targets;
    this.subscriber = subscriber;
    this.caller = caller;
    this.target = target;
    this.pattern = pattern;
    Broker broker = context.broker();
    this.brokerSubscription =
        new Interest(
            () -> broker.follow(caller.tenant(), pattern),
            () -> broker.unfollow(caller.tenant(), pattern));
  }

  String target() {
    return target;
  }

  Interest interest() {
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
    Targets.Arrival arrival =
        targets.arrived(channel, partitions, this, context.maxChannels(who.tenant()));
    if (arrival.full()) {
      subscriber.tooManyChannels();
    }
    ChannelSubscription subscription = arrival.subscription();
    if (subscription == null || !arrival.fresh()) {
      return;
    }
    if (arrival.begun()) {
      subscription.start(Cause.GAP); // before its first publication, so that it needs no replay
    }
    try {
      enter(subscription);
    } catch (RuntimeException e) { // otherwise it would miss publications
      subscriber.failed(e);
    }
    Caller now = caller;
    @SuppressWarnings("ReferenceEquality") // a refreshed token makes another object
    boolean changed = now != who;
    if (changed && !context.policy().allows(now, channel.name(), Action.SUBSCRIBE)) {
      targets.remove(subscription);
      subscription.close();
    }
    if (subscription.isClosed()) { // the subscription or the connection has ended
      context.hub().remove(channel, subscription);
      subscription.interest().end();
    }
  }

  private void enter(ChannelSubscription subscription) {
    TenantChannel channel = subscription.channel();
    context.hub().add(channel, subscription);
    CompletionStage<Void> followed = subscription.interest().begin();
    if (!followed.toCompletableFuture().isDone()) { // earlier publications have to be read
      var unused = followed.thenRun(() -> context.hub().onGap(channel));
    }
  }

  /** Lets the publications of matching channels through, once the subscriber has been answered. */
  void begin() {
    targets.begin(this).forEach(subscription -> subscription.start(Cause.GAP));
  }

  void leave() {
    context.hub().remove(caller.tenant(), this);
    brokerSubscription.end();
  }
}
