package io.broadcasty.subscribe;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Position;
import io.broadcasty.broker.StreamState;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.hub.PatternSubscriber;
import io.broadcasty.hub.Subscriber;
import io.broadcasty.protocol.Since;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.rbac.Action;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What one connection is subscribed to: channels, and patterns that stand for channels. A channel
 * wanted twice, by name and by pattern, is delivered once. Safe for use by several threads.
 */
public final class Subscriptions implements AutoCloseable {

  private final Subscribe context;
  private final Sink sink;
  private final CatchUp catchUp;

  // guarded by this
  private final Map<ChannelName, ChannelSubscription> channels = new HashMap<>(2);
  private final Map<String, @Nullable PatternSubscription> targets = new HashMap<>(2);
  private boolean closed;

  Subscriptions(Subscribe context, Sink sink, CatchUp catchUp) {
    this.context = context;
    this.sink = sink;
    this.catchUp = catchUp;
  }

  /**
   * Subscribes to a channel or, when the target ends in {@code *}, to a pattern. May block on the
   * store for the stream's state.
   *
   * @throws io.broadcasty.channel.InvalidChannelException when the target is neither
   * @throws BrokerException when the store cannot tell the state; nothing is subscribed then
   */
  public SubscribeOutcome subscribe(Caller caller, String target, Since since) {
    boolean pattern = ChannelPattern.isPattern(target);
    ChannelPattern wanted = pattern ? ChannelPattern.parse(target) : null;
    ChannelName name = pattern ? null : new ChannelName(target);
    synchronized (this) {
      if (closed) {
        return new SubscribeOutcome.Denied();
      }
      if (targets.containsKey(target)) {
        return new SubscribeOutcome.AlreadySubscribed();
      }
      if (targets.size() >= context.maxChannels()) { // patterns that match nothing count too
        return new SubscribeOutcome.TooManyChannels(context.maxChannels());
      }
    }
    boolean allowed =
        wanted != null
            ? context.policy().allows(caller, wanted, Action.SUBSCRIBE)
            : name != null && context.policy().allows(caller, name, Action.SUBSCRIBE);
    if (!allowed) {
      return new SubscribeOutcome.Denied();
    }
    RateLimiter.Verdict verdict =
        context
            .limits()
            .tryAcquire(RateLimiter.Scope.USER, caller.tenant() + "/" + caller.subject(), 1);
    if (!verdict.granted()) {
      return new SubscribeOutcome.Throttled(verdict);
    }
    try {
      return wanted != null
          ? subscribePattern(caller, target, wanted, since)
          : subscribeChannels(caller, target, List.of(new ChannelName(target)), since);
    } catch (RuntimeException e) {
      unsubscribe(target);
      throw e;
    }
  }

  /** Ends a subscription; false when there was none. */
  public boolean unsubscribe(String target) {
    PatternSubscription pattern;
    List<ChannelSubscription> ended = new ArrayList<>();
    synchronized (this) {
      if (!targets.containsKey(target)) {
        return false;
      }
      pattern = targets.remove(target); // null for a channel's own name
      channels
          .values()
          .removeIf(
              subscription -> {
                boolean last =
                    subscription.targets.remove(target) && subscription.targets.isEmpty();
                if (last) {
                  ended.add(subscription);
                }
                return last;
              });
    }
    if (pattern != null) {
      leave(pattern);
    }
    ended.forEach(this::leave);
    return true;
  }

  /**
   * Watches the members of a channel that is subscribed to, by name or by pattern; asked again,
   * begins anew. May block on the store.
   *
   * @throws BrokerException when the store cannot be read
   */
  public WatchOutcome watch(Caller caller, ChannelName name) {
    if (name.kind() != ChannelName.Kind.PRESENCE) {
      return new WatchOutcome.NoPresenceChannel();
    }
    if (!context.policy().allows(caller, name, Action.PRESENCE)) {
      return new WatchOutcome.Denied();
    }
    ChannelSubscription subscription;
    synchronized (this) {
      subscription = channels.get(name);
    }
    if (subscription == null) {
      return new WatchOutcome.NotSubscribed();
    }
    PresenceView view =
        new PresenceView(
            subscription.channel(), context.presence(), context.replays(), context.later(), sink);
    subscription.watch(view);
    try {
      return new WatchOutcome.Watching(view.open(), view::start);
    } catch (RuntimeException e) {
      subscription.watch(null);
      throw e;
    }
  }

  /**
   * Ends what the caller may not have any more, after a refresh of its token, and asks for channels
   * to come as this caller.
   *
   * @return the targets that were ended, and the channels that are not delivered any more though
   *     their pattern is
   */
  public List<String> reauthorize(Caller caller) {
    List<String> lost = new ArrayList<>();
    synchronized (this) {
      for (PatternSubscription pattern : targets.values()) {
        if (pattern != null) {
          pattern.caller = caller;
        }
      }
    }
    for (String target : targets()) {
      boolean allowed =
          ChannelPattern.isPattern(target)
              ? context.policy().allows(caller, ChannelPattern.parse(target), Action.SUBSCRIBE)
              : context.policy().allows(caller, new ChannelName(target), Action.SUBSCRIBE);
      if (!allowed && unsubscribe(target)) {
        lost.add(target);
      }
    }
    for (ChannelSubscription subscription : delivered()) {
      ChannelName name = subscription.channel().name();
      if (!context.policy().allows(caller, name, Action.SUBSCRIBE) && drop(subscription)) {
        lost.add(name.value());
      } else if (subscription.isWatching()
          && !context.policy().allows(caller, name, Action.PRESENCE)) {
        subscription.watch(null);
      }
    }
    return lost;
  }

  private synchronized List<ChannelSubscription> delivered() {
    return List.copyOf(channels.values());
  }

  /** Ends a channel whatever it was wanted by; false when it had ended already. */
  private boolean drop(ChannelSubscription subscription) {
    synchronized (this) {
      if (!channels.remove(subscription.channel().name(), subscription)) {
        return false;
      }
      subscription.targets.clear();
    }
    leave(subscription);
    return true;
  }

  /** Names and patterns subscribed to. */
  public synchronized List<String> targets() {
    return List.copyOf(new TreeSet<>(targets.keySet()));
  }

  @Override
  public void close() {
    catchUp.close();
    synchronized (this) {
      closed = true;
    }
    targets().forEach(this::unsubscribe);
  }

  private SubscribeOutcome subscribePattern(
      Caller caller, String target, ChannelPattern pattern, Since since) {
    PatternSubscription subscription = new PatternSubscription(this, caller, target, pattern);
    synchronized (this) {
      if (closed) {
        return new SubscribeOutcome.Denied();
      }
      targets.put(target, subscription);
    }
    context.hub().add(caller.tenant(), subscription);
    if (isClosed()) { // the connection was closed meanwhile, and may have left already
      leave(subscription);
    }
    subscription.interest.await();
    SubscribeOutcome outcome =
        subscribeChannels(caller, target, matching(caller, pattern, since), since);
    if (outcome instanceof SubscribeOutcome.Subscribed subscribed) {
      return new SubscribeOutcome.Subscribed(
          subscribed.recovered(),
          subscribed.heads(),
          subscribed.starts(),
          () -> {
            subscribed.start().run();
            subscription.begin();
          });
    }
    return outcome;
  }

  /** The channels there are, here or in the store, and those the client knows. */
  private TreeSet<ChannelName> matching(Caller caller, ChannelPattern pattern, Since since) {
    TreeSet<ChannelName> matching = new TreeSet<>(context.hub().channels(caller.tenant(), pattern));
    matching.addAll(context.broker().channels(caller.tenant(), pattern, context.maxChannels() + 1));
    if (since instanceof Since.After after) {
      after.channels().forEach(matching::add);
      matching.removeIf(name -> !pattern.matches(name));
    }
    matching.removeIf(name -> !context.policy().allows(caller, name, Action.SUBSCRIBE));
    return matching;
  }

  private SubscribeOutcome subscribeChannels(
      Caller caller, String target, Iterable<ChannelName> names, Since since) {
    boolean recovered = true;
    SortedMap<ChannelName, List<Position>> heads = new TreeMap<>();
    SortedMap<ChannelName, List<Position>> starts = new TreeMap<>();
    List<ChannelSubscription> joined = new ArrayList<>();
    for (ChannelName name : names) {
      int partitions = context.policy().partitions(caller, name);
      Claim claim = claim(new TenantChannel(caller.tenant(), name), partitions, target);
      if (claim.full()) {
        unsubscribe(target);
        return isClosed()
            ? new SubscribeOutcome.Denied()
            : new SubscribeOutcome.TooManyChannels(context.maxChannels());
      }
      ChannelSubscription subscription = claim.subscription();
      if (subscription != null) {
        joined.add(subscription);
        enter(subscription);
      }
    }
    for (ChannelSubscription subscription : joined) {
      TenantChannel channel = subscription.channel();
      ChannelName name = channel.name();
      subscription.interest().await();
      List<Position> channelHeads = new ArrayList<>();
      List<Position> channelStarts = new ArrayList<>();
      for (StreamState state : context.broker().states(channel, subscription.partitions())) {
        StreamState.Resume resume =
            begin(
                subscription.join(state.partition()),
                name,
                state,
                since,
                ChannelPattern.isPattern(target));
        recovered &= resume.lost() == null;
        channelHeads.add(state.headPosition());
        channelStarts.add(
            resume.lost() != null
                ? resume.lost().requested()
                : new Position(state.epoch(), state.partition(), resume.after()));
      }
      heads.put(name, channelHeads);
      starts.put(name, channelStarts);
    }
    if (isClosed()) {
      return new SubscribeOutcome.Denied();
    }
    return new SubscribeOutcome.Subscribed(
        recovered, heads, starts, () -> joined.forEach(ChannelSubscription::start));
  }

  /**
   * What asking for a channel leads to.
   *
   * @param subscription to be set up; null when the channel is delivered already
   * @param full whether the connection may not have another channel, or has ended
   */
  private record Claim(@Nullable ChannelSubscription subscription, boolean full) {}

  private synchronized Claim claim(TenantChannel channel, int partitions, String target) {
    if (closed) {
      return new Claim(null, true);
    }
    targets.putIfAbsent(target, null);
    ChannelSubscription known = channels.get(channel.name());
    if (known != null) {
      known.targets.add(target);
      PatternSubscription pattern = targets.get(target);
      boolean setUpNow = pattern != null && pattern.waiting.remove(known);
      return new Claim(setUpNow ? known : null, false);
    }
    if (channels.size() >= context.maxChannels()) {
      return new Claim(null, true);
    }
    ChannelSubscription subscription = open(channel, partitions, target);
    return new Claim(subscription, false);
  }

  /** Sets from where a partition is joined; tells what that will lead to as things stand. */
  private static StreamState.Resume begin(
      PartitionJoin join, ChannelName name, StreamState state, Since since, boolean ofPattern) {
    String epoch = state.epoch();
    long after = state.head();
    if (since instanceof Since.FromSequence from) {
      after = from.sequence() == 0 ? StreamState.FROM_OLDEST : from.sequence() - 1;
    } else if (since instanceof Since.After seen) {
      if (!ofPattern && !seen.names(name)) {
        return begin(join, name, state, new Since.Live(), false); // a channel the client adds now
      }
      Position position = seen.of(name, state.partition());
      epoch = position == null ? state.epoch() : position.epoch();
      after = position == null ? 0 : position.sequence();
    }
    StreamState.Resume resume = state.resume(epoch, after);
    boolean isHead = resume.lost() == null && resume.after() == state.head();
    join.beginAfter(epoch, isHead ? state.head() : after, isHead);
    return resume;
  }

  /**
   * A channel that matches a pattern has come into being. Called by the hub while it opens the
   * channel.
   */
  private @Nullable ChannelSubscription join(PatternSubscription pattern, TenantChannel channel) {
    if (!context.policy().allows(pattern.caller, channel.name(), Action.SUBSCRIBE)) {
      return null;
    }
    int partitions = context.policy().partitions(pattern.caller, channel.name());
    ChannelSubscription subscription;
    boolean begun;
    synchronized (this) {
      if (closed || targets.get(pattern.target) != pattern) {
        return null;
      }
      ChannelSubscription known = channels.get(channel.name());
      if (known != null) {
        known.targets.add(pattern.target);
        return known;
      }
      if (channels.size() >= context.maxChannels()) {
        sink.tooManyChannels();
        return null;
      }
      subscription = open(channel, partitions, pattern.target);
      begun = pattern.begun;
      if (!begun) {
        pattern.waiting.add(subscription);
      }
    }
    CompletionStage<Void> followed = subscription.interest().begin();
    if (!followed.toCompletableFuture().isDone()) { // what came before that is to be read
      var unused = followed.thenRun(() -> context.hub().onGap(channel));
    }
    if (begun) {
      subscription.start();
    }
    return subscription;
  }

  /** Guarded by this. */
  private ChannelSubscription open(TenantChannel channel, int partitions, String target) {
    Broker broker = context.broker();
    ChannelSubscription subscription =
        new ChannelSubscription(
            channel,
            partitions,
            new Interest(() -> broker.follow(channel), () -> broker.unfollow(channel)),
            sink,
            catchUp);
    subscription.targets.add(target);
    channels.put(channel.name(), subscription);
    return subscription;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void enter(ChannelSubscription subscription) {
    context.hub().add(subscription.channel(), subscription);
    var unused = subscription.interest().begin(); // of many channels, all at once
    if (subscription.isClosed()) { // the connection was closed meanwhile, and has left already
      context.hub().remove(subscription.channel(), subscription);
    }
  }

  private void leave(ChannelSubscription subscription) {
    subscription.close();
    context.hub().remove(subscription.channel(), subscription);
    subscription.interest().end();
  }

  private void leave(PatternSubscription subscription) {
    context.hub().remove(subscription.caller.tenant(), subscription);
    subscription.interest.end();
  }

  /** A wish for all matching channels. */
  private static final class PatternSubscription implements PatternSubscriber {
    private final Subscriptions owner;
    private volatile Caller caller;
    private final String target;
    private final ChannelPattern pattern;
    private final Interest interest;

    // guarded by the owner
    private final List<ChannelSubscription> waiting = new ArrayList<>(0);
    private boolean begun;

    PatternSubscription(Subscriptions owner, Caller caller, String target, ChannelPattern pattern) {
      this.owner = owner;
      this.caller = caller;
      this.target = target;
      this.pattern = pattern;
      Broker broker = owner.context.broker();
      this.interest =
          new Interest(
              () -> broker.follow(caller.tenant(), pattern),
              () -> broker.unfollow(caller.tenant(), pattern));
    }

    @Override
    public ChannelPattern pattern() {
      return pattern;
    }

    @Override
    public @Nullable Subscriber join(TenantChannel channel) {
      return owner.join(this, channel);
    }

    /**
     * The subscriber has been answered: channels that came meanwhile, and those to come, are let
     * through.
     */
    void begin() {
      List<ChannelSubscription> ready;
      synchronized (owner) {
        begun = true;
        ready = List.copyOf(waiting);
        waiting.clear();
      }
      ready.forEach(ChannelSubscription::start);
    }
  }
}
