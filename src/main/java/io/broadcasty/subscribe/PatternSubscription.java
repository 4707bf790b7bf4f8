package io.broadcasty.subscribe;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.Broker;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.hub.PatternSubscriber;
import io.broadcasty.hub.Subscriber;
import io.broadcasty.rbac.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One connection's wish for all channels that match, those to come included. */
final class PatternSubscription implements PatternSubscriber {

  private final Subscribe context;
  private final Targets targets;
  private final Sink sink;
  private volatile Caller caller;
  private final String target;
  private final ChannelPattern pattern;
  private final Interest interest;

  // guarded by the targets
  final List<ChannelSubscription> waiting = new ArrayList<>(0);
  boolean begun;

  PatternSubscription(
      Subscribe context,
      Targets targets,
      Sink sink,
      Caller caller,
      String target,
      ChannelPattern pattern) {
    this.context = context;
    this.targets = targets;
    this.sink = sink;
    this.caller = caller;
    this.target = target;
    this.pattern = pattern;
    Broker broker = context.broker();
    this.interest =
        new Interest(
            () -> broker.follow(caller.tenant(), pattern),
            () -> broker.unfollow(caller.tenant(), pattern));
  }

  String target() {
    return target;
  }

  Interest interest() {
    return interest;
  }

  /** Asks for channels to come as this caller. */
  void reauthorize(Caller now) {
    caller = now;
  }

  @Override
  public ChannelPattern pattern() {
    return pattern;
  }

  /** Called by the hub while it opens the channel. */
  @Override
  public @Nullable Subscriber join(TenantChannel channel) {
    Caller who = caller;
    if (!context.policy().allows(who, channel.name(), Action.SUBSCRIBE)) {
      return null;
    }
    int partitions = context.policy().partitions(who, channel.name());
    Targets.Arrival arrival =
        targets.arrived(channel, partitions, this, context.maxChannels(who.tenant()));
    if (arrival.full()) {
      sink.tooManyChannels();
    }
    ChannelSubscription subscription = arrival.subscription();
    if (subscription == null || !arrival.fresh()) {
      return subscription;
    }
    CompletionStage<Void> followed = subscription.interest().begin();
    if (!followed.toCompletableFuture().isDone()) { // what came before that is to be read
      var unused = followed.thenRun(() -> context.hub().onGap(channel));
    }
    if (arrival.begun()) {
      subscription.start();
    }
    return subscription;
  }

  /**
   * The subscriber has been answered: channels that came meanwhile, and those to come, are let
   * through.
   */
  void begin() {
    targets.begin(this).forEach(ChannelSubscription::start);
  }

  void leave() {
    context.hub().remove(caller.tenant(), this);
    interest.end();
  }
}
