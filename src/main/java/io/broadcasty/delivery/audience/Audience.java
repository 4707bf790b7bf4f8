package io.broadcasty.delivery.audience;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.counter.ClusterCounters;
import io.broadcasty.cluster.counter.Counter;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.channel.UserChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.hub.Hub;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Knows how many subscribers the channels of this node have on all nodes, and which of the users
 * that connections of this node watch are signed in on any node.
 *
 * <p>A user who has left counts as signed in for {@link #LINGER}, so that a page that is loaded
 * again is not reported. Channels with members are not counted: there, members are.
 */
@ThreadSafe
public final class Audience implements AutoCloseable {

  /** How long a user who has left is still signed in. */
  public static final Duration LINGER = Duration.ofSeconds(3);

  private final Hub hub;
  private final Ticker ticker;
  private final WatchedUsers watched = new WatchedUsers();
  private final ClusterCounters counters;

  /** How many connections of this node have signed in as a user. */
  private final Map<Counter, Integer> signedIn = new ConcurrentHashMap<>();

  /** When users whose last connection has left count no more, on the ticker. */
  private final Map<Counter, Long> leaving = new ConcurrentHashMap<>();

  @SuppressWarnings("ThreadSafe") // called by one thread
  private volatile CountListener countListener = (channel, count, reporter) -> {};

  /**
   * Creates the audience of a node; {@link #runRound} has to be called regularly.
   *
   * @param self this node's name
   * @param liveNodes returns the names of the nodes that run, as far as they are known
   * @param hub tells this of its subscribers
   * @param counting whether the subscribers of a tenant's channels are counted
   */
  public Audience(
      String self,
      ControlTopic topic,
      Supplier<? extends Collection<String>> liveNodes,
      Hub hub,
      Predicate<TenantId> counting,
      Ticker ticker) {
    this.hub = hub;
    this.ticker = ticker;
    this.counters = new ClusterCounters(self, topic, liveNodes, this::count, this::onSum, ticker);
    topic.addListener(counters);
    hub.onSubscriberChange(
        channel -> {
          if (counting.test(channel.tenant()) && isCounted(channel.name())) {
            counters.markChanged(counter(channel));
          }
        });
  }

  /** Returns whether subscribers of a channel are counted. */
  public static boolean isCounted(ChannelName channel) {
    return channel.kind() != ChannelName.Kind.PRESENCE && UserChannel.user(channel) == null;
  }

  /** Sets what is told the numbers of subscribers. Call this once, before there are any. */
  public void onCount(CountListener listener) {
    countListener = listener;
  }

  /** Has the number of a channel's subscribers told again, for one who has come. Never blocks. */
  public void tellAgain(TenantChannel channel) {
    counters.tellAgain(counter(channel));
  }

  /** Records that a connection has signed in. {@link #signOut} has to follow once. */
  public void signIn(TenantId tenant, String user) {
    Counter counter = new Counter(Counter.Kind.SIGNED_IN, tenant, user);
    signedIn.merge(counter, 1, Integer::sum);
    leaving.remove(counter);
    counters.markChanged(counter);
  }

  /** Records that a connection which has signed in has ended. */
  public void signOut(TenantId tenant, String user) {
    Counter counter = new Counter(Counter.Kind.SIGNED_IN, tenant, user);
    signedIn.computeIfPresent(
        counter,
        (each, connections) -> {
          if (connections > 1) {
            return connections - 1;
          }
          leaving.put(each, ticker.readNanos() + LINGER.toNanos());
          return null;
        });
  }

  /**
   * Watches users. {@link #unwatch} has to follow.
   *
   * @param listener is told the state of each soon, and its changes
   */
  public Watchlist watch(TenantId tenant, Collection<String> users, Watchlist.Listener listener) {
    Set<Counter> counted = new HashSet<>();
    users.forEach(each -> counted.add(new Counter(Counter.Kind.SIGNED_IN, tenant, each)));
    Watchlist list = new Watchlist(listener);
    watched.add(list, counted).forEach(counters::watch);
    return list;
  }

  /** Ends a list; its listener may be called once more. */
  public void unwatch(Watchlist list) {
    watched.remove(list).forEach(counters::unwatch);
  }

  /** Tells other nodes and listeners what has changed. May block; called by one thread. */
  public void runRound() {
    long now = ticker.readNanos();
    leaving.forEach(
        (counter, until) -> {
          if (until - now <= 0 && leaving.remove(counter, until)) {
            counters.markChanged(counter);
          }
        });
    counters.runRound();
    watched.tell();
  }

  private int count(Counter counter) {
    return switch (counter.kind()) {
      case SUBSCRIBERS -> hub.subscribers(channel(counter));
      case SIGNED_IN -> signedIn.containsKey(counter) || leaving.containsKey(counter) ? 1 : 0;
    };
  }

  private void onSum(Counter counter, int sum, boolean reporter) {
    switch (counter.kind()) {
      case SUBSCRIBERS -> countListener.onCount(channel(counter), sum, reporter);
      case SIGNED_IN -> watched.set(counter, sum > 0);
    }
  }

  private static Counter counter(TenantChannel channel) {
    return new Counter(Counter.Kind.SUBSCRIBERS, channel.tenant(), channel.name().value());
  }

  private static TenantChannel channel(Counter counter) {
    return new TenantChannel(counter.tenant(), new ChannelName(counter.name()));
  }

  /** Returns whether nothing is watched any more, for tests. */
  public boolean isQuiet() {
    return counters.watched() == 0 && signedIn.isEmpty() && leaving.isEmpty();
  }

  /** Tells the other nodes that nobody is here any more. May block on the store. */
  @Override
  public void close() {
    counters.close();
  }
}
