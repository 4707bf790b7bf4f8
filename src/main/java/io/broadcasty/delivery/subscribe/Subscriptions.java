package io.broadcasty.delivery.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent.Cause;
import io.broadcasty.core.lifecycle.ChannelEvent.Subscribed;
import io.broadcasty.core.lifecycle.ChannelEvent.Unsubscribed;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.ConnectionInfo;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.wire.Since;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * The subscriptions of one connection: channels, and patterns that stand for channels. A channel
 * subscribed to by name and by pattern is delivered once.
 */
@ThreadSafe
public final class Subscriptions implements AutoCloseable {

  private final SubscribeService context;
  private final SubscriberConnection subscriber;
  private final ReplayReader replayReader;
  private final SubscriptionTable table;

  Subscriptions(
      SubscribeService context, SubscriberConnection subscriber, ReplayReader replayReader) {
    this.context = context;
    this.subscriber = subscriber;
    this.replayReader = replayReader;
    this.table = new SubscriptionTable(this::open, context.memory());
  }

  /**
   * Subscribes to a channel or, when the target ends in {@code *}, to a pattern. May block on the
   * store for the stream's state.
   *
   * @throws io.broadcasty.core.channel.InvalidChannelException when the target is neither
   * @throws BrokerException when the store cannot return the state; nothing is subscribed then
   */
  public SubscribeOutcome subscribe(Caller caller, String target, Since since) {
    boolean pattern = ChannelPattern.isPattern(target);
    ChannelPattern wanted = pattern ? ChannelPattern.parse(target) : null;
    ChannelName name = pattern ? null : new ChannelName(target);
    SubscribeOutcome refusal = table.refusal(target, context.maxChannels(caller.tenant()));
    if (refusal != null) {
      notifyRefused(caller, refusal);
      return refusal;
    }
    boolean allowed =
        wanted != null
            ? context.policy().allows(caller, wanted, Action.SUBSCRIBE)
            : name != null && context.policy().allows(caller, name, Action.SUBSCRIBE);
    if (!allowed) {
      notifyDenied(caller, Operation.SUBSCRIBE, ChannelPattern.kind(target));
      return new SubscribeOutcome.Denied();
    }
    RateLimiter.Verdict verdict =
        context.limits().tryAcquireRequest(caller.tenant(), caller.subject());
    if (!verdict.granted()) {
      return new SubscribeOutcome.Throttled(verdict);
    }
    try {
      SubscribeOutcome outcome =
          wanted != null
              ? subscribePattern(caller, target, wanted, since)
              : subscribeChannels(
                  caller,
                  target,
                  List.of(new ChannelName(target)),
                  start(caller, new ChannelName(target), since));
      if (outcome instanceof SubscribeOutcome.Subscribed) {
        notifySubscribed(target);
      }
      return outcome;
    } catch (RuntimeException e) {
      unsubscribe(target);
      throw e;
    }
  }

  /**
   * Notifies the listener of a subscription, and of its end if another thread has ended it before
   * it was confirmed.
   */
  private void notifySubscribed(String target) {
    ConnectionInfo connection = subscriber.info();
    context.listener().onSubscribed(new Subscribed(connection, target));
    if (!table.confirm(target)) {
      context.listener().onUnsubscribed(new Unsubscribed(connection, target));
    }
  }

  private void notifyRefused(Caller caller, SubscribeOutcome refusal) {
    if (refusal instanceof SubscribeOutcome.TooManyChannels) {
      context
          .listener()
          .onLimitReached(
              new LimitReached(
                  LimitReached.CHANNELS,
                  caller.tenant(),
                  caller.subject(),
                  null,
                  caller.address()));
    }
  }

  private void notifyDenied(Caller caller, Operation operation, ChannelName.Kind kind) {
    context
        .listener()
        .onDenied(new Denied(caller.tenant(), caller.subject(), operation, kind, caller.address()));
  }

  /** Ends a subscription; returns false when there was none. */
  public boolean unsubscribe(String target) {
    SubscriptionTable.Removal ended = table.remove(target);
    if (ended == null) {
      return false;
    }
    PatternSubscription pattern = ended.pattern();
    if (pattern != null) {
      pattern.leave();
    }
    ended.channels().forEach(this::leave);
    if (ended.confirmed()) {
      context.listener().onUnsubscribed(new Unsubscribed(subscriber.info(), target));
    }
    return true;
  }

  /**
   * Returns the number that stands for a channel on this node while the channel is delivered here;
   * 0 when it is not.
   */
  public int number(ChannelName name) {
    ChannelSubscription subscription = table.channel(name);
    return subscription == null ? 0 : context.hub().number(subscription.channel());
  }

  /** Returns whether the channel is delivered, by its name or by a pattern. */
  public boolean isDelivered(ChannelName channel) {
    return table.channel(channel) != null;
  }

  /**
   * Watches the members of a channel that is subscribed to, by name or by pattern; a repeated call
   * starts over. May block on the store.
   *
   * @throws BrokerException when the store cannot be read
   */
  public WatchOutcome watch(Caller caller, ChannelName name) {
    if (name.kind() != ChannelName.Kind.PRESENCE) {
      return new WatchOutcome.NoPresenceChannel();
    }
    if (!context.policy().allows(caller, name, ChannelOperation.MEMBERS)) {
      notifyDenied(caller, Operation.PRESENCE, name.kind());
      return new WatchOutcome.Denied();
    }
    ChannelSubscription subscription = table.channel(name);
    if (subscription == null) {
      return new WatchOutcome.NotSubscribed();
    }
    PresenceView view =
        new PresenceView(
            subscription.channel(),
            context.presence(),
            context.replays(),
            context.later(),
            subscriber);
    subscription.watch(view);
    try {
      return new WatchOutcome.Watching(view.open(), view::start);
    } catch (RuntimeException e) {
      subscription.watch(null);
      throw e;
    }
  }

  /**
   * Ends the subscriptions that a renewed token does not allow any more, and checks future channels
   * against it. Nothing of them is delivered after the return, nor of a replay under way.
   */
  public LostAccess reauthorize(Caller caller) {
    List<String> lost = new ArrayList<>();
    List<ChannelName> unwatched = new ArrayList<>();
    table.patterns().forEach(pattern -> pattern.reauthorize(caller));
    for (String target : targets()) {
      boolean allowed =
          ChannelPattern.isPattern(target)
              ? context.policy().allows(caller, ChannelPattern.parse(target), Action.SUBSCRIBE)
              : context.policy().allows(caller, new ChannelName(target), Action.SUBSCRIBE);
      if (!allowed && unsubscribe(target)) {
        lost.add(target);
      }
    }
    for (ChannelSubscription subscription : table.channels()) {
      ChannelName name = subscription.channel().name();
      if (!context.policy().allows(caller, name, Action.SUBSCRIBE)) {
        if (table.remove(subscription)) {
          leave(subscription);
          lost.add(name.value());
        }
      } else if (subscription.isWatching()
          && !context.policy().allows(caller, name, ChannelOperation.MEMBERS)) {
        subscription.watch(null);
        unwatched.add(name);
      }
    }
    return new LostAccess(lost, unwatched);
  }

  /** Returns whether all that the connection subscribes to and watches is allowed. */
  public boolean areWithin(BiPredicate<String, Action> allowed) {
    return targets().stream().allMatch(target -> allowed.test(target, Action.SUBSCRIBE))
        && table.channels().stream()
            .filter(ChannelSubscription::isWatching)
            .allMatch(each -> allowed.test(each.channel().name().value(), Action.PRESENCE));
  }

  /** Returns the names and patterns subscribed to. */
  public List<String> targets() {
    return table.names();
  }

  @Override
  public void close() {
    replayReader.close();
    table.close();
    targets().forEach(this::unsubscribe);
  }

  /** Returns where a subscription of one channel begins that names no position. */
  private Since start(Caller caller, ChannelName name, Since since) {
    return since instanceof Since.Live
            && context.policy().settings(new TenantChannel(caller.tenant(), name)).lastValue()
        ? new Since.Last(1)
        : since;
  }

  private SubscribeOutcome subscribePattern(
      Caller caller, String target, ChannelPattern pattern, Since since) {
    PatternSubscription subscription =
        new PatternSubscription(context, table, subscriber, caller, target, pattern);
    SubscribeOutcome refused = table.add(subscription);
    if (refused != null) {
      return refused;
    }
    context.hub().add(caller.tenant(), subscription);
    if (table
        .isClosed()) { // the connection was closed in between and may have removed its patterns
      // already
      subscription.leave();
    }
    subscription.brokerSubscription().followAndWait();
    SubscribeOutcome outcome =
        subscribeChannels(caller, target, matching(caller, pattern, since), since);
    if (outcome instanceof SubscribeOutcome.Subscribed subscribed) {
      return new SubscribeOutcome.Subscribed(
          subscribed.recovered(),
          subscribed.heads(),
          subscribed.starts(),
          () -> {
            subscribed.start().run();
            subscription.start();
          });
    }
    return outcome;
  }

  /** Returns the matching channels that exist here or in the store, and those the client knows. */
  private Set<ChannelName> matching(Caller caller, ChannelPattern pattern, Since since) {
    TreeSet<ChannelName> matching = new TreeSet<>(context.hub().channels(caller.tenant(), pattern));
    matching.addAll(
        context
            .broker()
            .channels(caller.tenant(), pattern, context.maxChannels(caller.tenant()) + 1));
    if (since instanceof Since.After after) {
      after.channels().forEach(matching::add);
      matching.removeIf(name -> !pattern.matches(name));
    }
    matching.removeIf(name -> !context.policy().allows(caller, name, Action.SUBSCRIBE));
    return matching;
  }

  private SubscribeOutcome subscribeChannels(
      Caller caller, String target, Iterable<ChannelName> names, Since since) {
    int maxChannels = context.maxChannels(caller.tenant());
    boolean recovered = true;
    SortedMap<ChannelName, List<Position>> heads = new TreeMap<>();
    SortedMap<ChannelName, List<Position>> starts = new TreeMap<>();
    List<ChannelSubscription> joined = new ArrayList<>();
    for (ChannelName name : names) {
      int partitions = context.policy().partitions(caller, name);
      SubscriptionTable.Claim claim =
          table.claim(new TenantChannel(caller.tenant(), name), partitions, target, maxChannels);
      if (claim.memory() != Grant.GRANTED) {
        unsubscribe(target);
        return new SubscribeOutcome.NoMemory(claim.memory());
      }
      if (claim.full()) {
        unsubscribe(target);
        return table.isClosed()
            ? new SubscribeOutcome.Closed()
            : new SubscribeOutcome.TooManyChannels(maxChannels);
      }
      ChannelSubscription subscription = claim.subscription();
      if (subscription != null) {
        joined.add(subscription);
        join(subscription);
      }
    }
    for (ChannelSubscription subscription : joined) {
      ChannelName name = subscription.channel().name();
      subscription.brokerSubscription().followAndWait();
      List<Position> channelHeads = new ArrayList<>();
      List<Position> channelStarts = new ArrayList<>();
      for (StreamState state :
          context.broker().states(subscription.channel(), subscription.partitions())) {
        ReplayStart start = ReplayStart.of(state, name, since, ChannelPattern.isPattern(target));
        subscription
            .join(state.partition())
            .startAfter(start.epoch(), start.after(), start.isHead());
        recovered &= start.resume().lost() == null;
        channelHeads.add(state.headPosition());
        channelStarts.add(start.startPosition(state));
      }
      heads.put(name, channelHeads);
      starts.put(name, channelStarts);
    }
    if (table.isClosed()) {
      return new SubscribeOutcome.Closed();
    }
    Cause cause = since instanceof Since.Live ? Cause.GAP : Cause.POSITION;
    return new SubscribeOutcome.Subscribed(
        recovered, heads, starts, () -> joined.forEach(subscription -> subscription.start(cause)));
  }

  private ChannelSubscription open(TenantChannel channel, int partitions) {
    Broker broker = context.broker();
    return new ChannelSubscription(
        channel,
        partitions,
        new BrokerSubscription(() -> broker.follow(channel), () -> broker.unfollow(channel)),
        subscriber,
        replayReader);
  }

  private void join(ChannelSubscription subscription) {
    context.hub().add(subscription.channel(), subscription);
    var unused =
        subscription
            .brokerSubscription()
            .follow(); // does not wait, so that many channels are followed at once
    if (subscription.isClosed()) { // the connection was closed in between
      context.hub().remove(subscription.channel(), subscription);
    }
  }

  private void leave(ChannelSubscription subscription) {
    subscription.close();
    context.hub().remove(subscription.channel(), subscription);
    subscription.brokerSubscription().unfollow();
  }
}
