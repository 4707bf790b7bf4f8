package io.broadcasty.delivery.subscribe;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
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
   */
  record Claim(@Nullable ChannelSubscription subscription, boolean full) {}

  /**
   * The result for a channel that has been created and matches a pattern.
   *
   * @param subscription gets the channel's publications; null for none
   * @param created whether it has to be set up
   * @param answered whether the pattern's subscriber has been answered
   * @param full whether the connection may not have another channel
   */
  record Arrival(
      @Nullable ChannelSubscription subscription,
      boolean created,
      boolean answered,
      boolean full) {}

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

  private static final Arrival NOBODY = new Arrival(null, false, false, false);

  private final Opener opener;

  @GuardedBy("this")
  private final Map<ChannelName, ChannelSubscription> channels = new HashMap<>(2);

  @GuardedBy("this")
  private final Map<String, @Nullable PatternSubscription> targets = new HashMap<>(2);

  @GuardedBy("this")
  private boolean closed;

  /** The targets that are not set up yet; null for none, which is the usual case. */
  @GuardedBy("this")
  private @Nullable Set<String> unconfirmed;

  SubscriptionTable(Opener opener) {
    this.opener = opener;
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

  /** Adds a pattern; returns false when the connection has ended. */
  synchronized boolean add(PatternSubscription subscription) {
    if (!closed) {
      targets.put(subscription.target(), subscription);
      addUnconfirmed(subscription.target());
    }
    return !closed;
  }

  /** Claims a channel for its name, or for a pattern that is being set up. */
  synchronized Claim claim(TenantChannel channel, int partitions, String target, int maxChannels) {
    if (closed) {
      return new Claim(null, true);
    }
    if (!targets.containsKey(target)) {
      targets.put(target, null);
      addUnconfirmed(target);
    }
    ChannelSubscription known = channels.get(channel.name());
    if (known != null) {
      known.targets.add(target);
      PatternSubscription pattern = targets.get(target);
      boolean setUpNow = pattern != null && pattern.waiting.remove(known);
      return new Claim(setUpNow ? known : null, false);
    }
    if (channels.size() >= maxChannels) {
      return new Claim(null, true);
    }
    return new Claim(open(channel, partitions, target), false);
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
      known.targets.add(pattern.target());
      return new Arrival(known, false, false, false);
    }
    if (channels.size() >= maxChannels) {
      return new Arrival(null, false, false, true);
    }
    ChannelSubscription subscription = open(channel, partitions, pattern.target());
    if (!pattern.answered) {
      pattern.waiting.add(subscription);
    }
    return new Arrival(subscription, true, pattern.answered, false);
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
    boolean confirmed = !removeUnconfirmed(target);
    List<ChannelSubscription> ended = new ArrayList<>();
    channels
        .values()
        .removeIf(
            subscription -> {
              boolean last = subscription.targets.remove(target) && subscription.targets.isEmpty();
              if (last) {
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
