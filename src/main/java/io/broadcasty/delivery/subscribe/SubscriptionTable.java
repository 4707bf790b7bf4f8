package io.broadcasty.delivery.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names and patterns that one connection is subscribed to, and the resulting channels. It only
 * keeps state; its callers act on the results.
 */
@ThreadSafe
final class SubscriptionTable {

  /** Creates a channel's subscription; does not block. */
  interface Opener {
    ChannelSubscription open(TenantChannel channel, int partitions);
  }

  /**
   * The result of claiming a channel.
   *
   * @param subscription to be set up; null when the channel is delivered already
   * @param full whether the connection may not have another channel, or has ended
   * @param memory whether there is memory for it
   */
  record Claim(@Nullable ChannelSubscription subscription, boolean full, Grant memory) {}

  /**
   * The result for a channel that has been created and matches a pattern.
   *
   * @param subscription gets the channel's publications; null for none
   * @param created whether it has to be set up
   * @param answered whether the pattern's subscriber has been answered
   * @param full whether the connection may not have another channel
   * @param memory whether there is memory for it
   */
  record Arrival(
      @Nullable ChannelSubscription subscription,
      boolean created,
      boolean answered,
      boolean full,
      Grant memory) {}

  /**
   * The result of removing a target: the channels that no target needs any more.
   *
   * @param pattern null for a channel's own name
   * @param confirmed whether it had been set up
   */
  record Removal(
      @Nullable PatternSubscription pattern,
      List<ChannelSubscription> channels,
      boolean confirmed) {}

  private static final Arrival NOBODY = new Arrival(null, false, false, false, Grant.GRANTED);

  private final Opener opener;
  private final SubscriptionMemory memory;

  @GuardedBy("this")
  private final Map<ChannelName, ChannelSubscription> channels = new HashMap<>(2);

  @GuardedBy("this")
  private final Map<String, @Nullable PatternSubscription> targets = new HashMap<>(2);

  @GuardedBy("this")
  private boolean closed;

  /** The targets that are not set up yet; null for none, which is the usual case. */
  @GuardedBy("this")
  private @Nullable Set<String> unconfirmed;

  SubscriptionTable(Opener opener, MemoryBudget budget) {
    this.opener = opener;
    this.memory = new SubscriptionMemory(budget);
  }

  /** Returns why a target cannot be subscribed to now; null when it can. */
  synchronized @Nullable SubscribeOutcome refusal(String target, int maxChannels) {
    if (closed) {
      return new SubscribeOutcome.Closed();
    }
    if (targets.containsKey(target)) {
      return new SubscribeOutcome.AlreadySubscribed();
    }
    return targets.size() >= maxChannels // patterns without a match count too
        ? new SubscribeOutcome.TooManyChannels(maxChannels)
        : null;
  }

  /** Adds a pattern; returns why it cannot be added, or null. */
  synchronized @Nullable SubscribeOutcome add(PatternSubscription subscription) {
    if (closed) {
      return new SubscribeOutcome.Closed();
    }
    Grant grant = memory.reserveTarget(subscription.tenant(), subscription.target());
    if (grant != Grant.GRANTED) {
      return new SubscribeOutcome.NoMemory(grant);
    }
    targets.put(subscription.target(), subscription);
    addUnconfirmed(subscription.target());
    return null;
  }

  /** Claims a channel for its name, or for a pattern that is being set up. */
  synchronized Claim claim(TenantChannel channel, int partitions, String target, int maxChannels) {
    if (closed) {
      return new Claim(null, true, Grant.GRANTED);
    }
    if (!targets.containsKey(target)) {
      Grant grant = memory.reserveTarget(channel.tenant(), target);
      if (grant != Grant.GRANTED) {
        return new Claim(null, false, grant);
      }
      targets.put(target, null);
      addUnconfirmed(target);
    }
    ChannelSubscription known = channels.get(channel.name());
    if (known != null) {
      Grant grant = link(known, target);
      PatternSubscription pattern = targets.get(target);
      boolean setUpNow = grant == Grant.GRANTED && pattern != null && pattern.waiting.remove(known);
      return new Claim(setUpNow ? known : null, false, grant);
    }
    if (channels.size() >= maxChannels) {
      return new Claim(null, true, Grant.GRANTED);
    }
    Grant grant = memory.reserveChannel(channel);
    return grant == Grant.GRANTED
        ? new Claim(open(channel, partitions, target), false, grant)
        : new Claim(null, false, grant);
  }

  /** Confirms that a target has been set up; returns false when it has been removed in between. */
  synchronized boolean confirm(String target) {
    if (!targets.containsKey(target)) {
      return false;
    }
    removeUnconfirmed(target);
    return true;
  }

  /** Claims a channel that has been created and matches a pattern. */
  synchronized Arrival onChannelOpened(
      TenantChannel channel, int partitions, PatternSubscription pattern, int maxChannels) {
    if (closed || targets.get(pattern.target()) != pattern) {
      return NOBODY;
    }
    ChannelSubscription known = channels.get(channel.name());
    if (known != null) {
      return new Arrival(known, false, false, false, link(known, pattern.target()));
    }
    if (channels.size() >= maxChannels) {
      return new Arrival(null, false, false, true, Grant.GRANTED);
    }
    Grant grant = memory.reserveChannel(channel);
    if (grant != Grant.GRANTED) {
      return new Arrival(null, false, false, false, grant);
    }
    ChannelSubscription subscription = open(channel, partitions, pattern.target());
    if (!pattern.answered) {
      pattern.waiting.add(subscription);
    }
    return new Arrival(subscription, true, pattern.answered, false, grant);
  }

  /** Marks a pattern's subscriber as answered; returns the channels created in between. */
  synchronized List<ChannelSubscription> markAnswered(PatternSubscription pattern) {
    pattern.answered = true;
    List<ChannelSubscription> ready = List.copyOf(pattern.waiting);
    pattern.waiting.clear();
    return ready;
  }

  /** Removes a target; returns null when it was not subscribed to. */
  synchronized @Nullable Removal remove(String target) {
    if (!targets.containsKey(target)) {
      return null;
    }
    PatternSubscription pattern = targets.remove(target); // null for a channel's own name
    memory.releaseTarget(target);
    boolean confirmed = !removeUnconfirmed(target);
    List<ChannelSubscription> ended = new ArrayList<>();
    channels
        .values()
        .removeIf(
            subscription -> {
              boolean linked = subscription.targets.remove(target);
              boolean last = linked && subscription.targets.isEmpty();
              if (linked && !last) {
                memory.releaseLinks(1);
              }
              if (last) {
                memory.releaseChannel(subscription.channel());
                ended.add(subscription);
              }
              return last;
            });
    return new Removal(pattern, ended, confirmed);
  }

  /** Removes a channel for all its targets; returns false when it was removed before. */
  synchronized boolean remove(ChannelSubscription subscription) {
    if (!channels.remove(subscription.channel().name(), subscription)) {
      return false;
    }
    memory.releaseChannel(subscription.channel());
    memory.releaseLinks(subscription.targets.size() - 1);
    subscription.targets.clear();
    return true;
  }

  synchronized @Nullable ChannelSubscription channel(ChannelName name) {
    return channels.get(name);
  }

  synchronized List<ChannelSubscription> channels() {
    return List.copyOf(channels.values());
  }

  synchronized List<PatternSubscription> patterns() {
    List<PatternSubscription> patterns = new ArrayList<>();
    for (PatternSubscription pattern : targets.values()) {
      if (pattern != null) {
        patterns.add(pattern);
      }
    }
    return patterns;
  }

  /** Returns the names and patterns, in order. */
  synchronized List<String> names() {
    return List.copyOf(new TreeSet<>(targets.keySet()));
  }

  /** Rejects all further targets. */
  synchronized void close() {
    closed = true;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Lets another target stand for a channel; the first one is counted with the channel. */
  @GuardedBy("this")
  private Grant link(ChannelSubscription known, String target) {
    if (known.targets.contains(target)) {
      return Grant.GRANTED;
    }
    Grant grant = memory.reserveLink(known.channel().tenant());
    if (grant == Grant.GRANTED) {
      known.targets.add(target);
    }
    return grant;
  }

  @GuardedBy("this")
  private void addUnconfirmed(String target) {
    if (unconfirmed == null) {
      unconfirmed = new HashSet<>(2);
    }
    unconfirmed.add(target);
  }

  @GuardedBy("this")
  private boolean removeUnconfirmed(String target) {
    if (unconfirmed == null || !unconfirmed.remove(target)) {
      return false;
    }
    if (unconfirmed.isEmpty()) {
      unconfirmed = null;
    }
    return true;
  }

  @GuardedBy("this")
  private ChannelSubscription open(TenantChannel channel, int partitions, String target) {
    ChannelSubscription subscription = opener.open(channel, partitions);
    subscription.targets.add(target);
    channels.put(channel.name(), subscription);
    return subscription;
  }
}
