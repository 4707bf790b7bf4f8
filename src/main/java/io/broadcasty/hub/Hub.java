package io.broadcasty.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.broker.Envelope;
import io.broadcasty.broker.Position;
import io.broadcasty.broker.Publication;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.lifecycle.PublicationEvent.About;
import io.broadcasty.lifecycle.PublicationEvent.FannedOut;
import io.broadcasty.lifecycle.PublicationEvent.Place;
import io.broadcasty.lifecycle.PublicationEvent.Written;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresenceListener;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.time.WallClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Local fan-out: hands each publication of the broker to this node's subscribers of its channel, on
 * their lanes. Decides nothing and never blocks; what a subscriber may have was decided when it
 * joined.
 */
@ThreadSafe
public final class Hub implements PublicationListener, PresenceListener {

  /** One publication in 16 is measured. */
  private static final int SAMPLE_MASK = 15;

  private final ConcurrentHashMap<TenantChannel, Topic> topics = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<TenantId, Set<PatternSubscriber>> patterns =
      new ConcurrentHashMap<>();
  private final LongAdder delivered = new LongAdder();
  private final ChannelNumbers numbers = new ChannelNumbers();
  private final Executor joins;
  private final RealtimeListener listener;
  private final boolean observed;
  private final WallClock clock;

  /** Counts publications; at worst two threads count the same. */
  private int sampled;

  /** Told of channels that have become occupied or vacant here. */
  private volatile Consumer<TenantChannel> occupancyListener = channel -> {};

  /** One whose fan-out nobody observes. */
  public Hub(Executor joins) {
    this(joins, RealtimeListener.NONE, () -> 0);
  }

  /**
   * @param joins runs what patterns do when a channel comes into being, which may block
   * @param listener is told of fan-out if it wants to be, and of how long a sample took
   */
  public Hub(Executor joins, RealtimeListener listener, WallClock clock) {
    this.joins = joins;
    this.listener = listener;
    this.clock = clock;
    this.observed = listener.observesFanout();
  }

  @Override
  public void onPublication(Publication publication) {
    TenantChannel channel = publication.envelope().channel();
    Topic topic = topics.get(channel);
    if (topic == null) {
      topic = openForPatterns(channel);
    }
    if (observed) {
      tell(publication, topic == null ? 0 : topic.size());
    }
    if (topic == null || (topic.isEmpty() && !topic.isDeciding())) {
      return;
    }
    topic.publish(new EncodedPublication(publication, topic.number()));
    sample(topic, publication);
  }

  @Override
  public void onGap(TenantChannel channel) {
    Topic topic = topics.get(channel);
    if (topic != null) {
      topic.gap();
    }
  }

  @Override
  public void onPresence(PresenceChange change) {
    Topic topic = topics.get(change.channel());
    if (topic != null && !topic.isEmpty()) {
      topic.presence(new EncodedPresence(change));
    }
  }

  @Override
  public void onChannel(TenantChannel channel) {
    if (!topics.containsKey(channel)) {
      openForPatterns(channel);
    }
  }

  /**
   * From the return on, the subscriber hears of every publication that the channel's broker
   * announces.
   */
  public void add(TenantChannel channel, Subscriber subscriber) {
    boolean[] opened = new boolean[1];
    boolean[] first = new boolean[1];
    Topic joined =
        topics.compute(
            channel,
            (c, known) -> {
              opened[0] = known == null;
              Topic topic = known == null ? new Topic(delivered, numbers.take()) : known;
              first[0] = topic.isEmpty();
              topic.add(subscriber);
              return topic;
            });
    joined.handEarlyTo(subscriber);
    if (first[0]) {
      occupancyListener.accept(channel);
    }
    if (opened[0]) {
      askPatterns(channel, joined);
    }
  }

  /** After the return, no further call comes, but for one that is under way. */
  public void remove(TenantChannel channel, Subscriber subscriber) {
    boolean[] last = new boolean[1];
    topics.computeIfPresent(
        channel,
        (c, topic) -> {
          boolean occupied = !topic.isEmpty();
          topic.remove(subscriber);
          last[0] = occupied && topic.isEmpty();
          return kept(topic);
        });
    if (last[0]) {
      occupancyListener.accept(channel);
    }
  }

  /**
   * Tells of each channel that has its first subscriber on this node, or whose last has left; on
   * the thread that has added or removed it, perhaps after another thread has changed that again:
   * {@link #isOccupied} says what is so. Must neither block nor throw. To be called once, before
   * there are subscribers.
   */
  public void onOccupancyChange(Consumer<TenantChannel> listener) {
    occupancyListener = listener;
  }

  /** Whether the channel has subscribers on this node; a pattern that may join is none yet. */
  public boolean isOccupied(TenantChannel channel) {
    Topic topic = topics.get(channel);
    return topic != null && !topic.isEmpty();
  }

  /**
   * From the return on, {@link PatternSubscriber#onChannel} is called for every matching channel
   * that is not yet one of {@link #channels}.
   */
  public void add(TenantId tenant, PatternSubscriber subscriber) {
    patterns.compute(
        tenant,
        (t, known) -> {
          Set<PatternSubscriber> subscribers =
              known == null ? ConcurrentHashMap.newKeySet() : known;
          subscribers.add(subscriber);
          return subscribers;
        });
  }

  /** Ends the interest in further channels; those joined are left one by one. */
  public void remove(TenantId tenant, PatternSubscriber subscriber) {
    Set<PatternSubscriber> left =
        patterns.computeIfPresent(
            tenant,
            (t, subscribers) -> {
              subscribers.remove(subscriber);
              return subscribers.isEmpty() ? null : subscribers;
            });
    if (left == null) {
      dropEmptyTopics(tenant);
    }
  }

  /** The channels of this tenant that have subscribers here and match. */
  public List<ChannelName> channels(TenantId tenant, ChannelPattern pattern) {
    List<ChannelName> found = new ArrayList<>();
    for (TenantChannel channel : topics.keySet()) {
      if (channel.tenant().equals(tenant) && pattern.matches(channel.name())) {
        found.add(channel.name());
      }
    }
    return found;
  }

  /**
   * The number that stands for the channel on this node: the same for all its subscribers, for as
   * long as it has any. Then another channel may get it.
   *
   * @return from 1; 0 when the channel has no subscribers
   */
  public int number(TenantChannel channel) {
    Topic topic = topics.get(channel);
    if (topic == null) { // or it is being opened just now, which this waits for
      topic = topics.computeIfPresent(channel, (c, open) -> open);
    }
    return topic == null ? 0 : topic.number();
  }

  /** How many channels have subscribers on this node, or had of late by a pattern. */
  public long channels() {
    return topics.mappingCount();
  }

  /** How many subscribers the channel has on this node. */
  public int subscribers(TenantChannel channel) {
    Topic topic = topics.get(channel);
    return topic == null ? 0 : topic.size();
  }

  /**
   * How many publications subscribers on this node were handed since the start, each counted for
   * each of them. What they read from the broker is not among it.
   */
  public long delivered() {
    return delivered.sum();
  }

  /** Measures one publication in some, so that it costs next to nothing. */
  private void sample(Topic topic, Publication publication) {
    if ((sampled++ & SAMPLE_MASK) == 0) {
      topic.afterWrites(
          () ->
              listener.onWritten(
                  new Written(Math.max(0, clock.nowMillis() - publication.timeMillis()))));
    }
  }

  private void tell(Publication publication, int subscribers) {
    Envelope envelope = publication.envelope();
    Position position = publication.position();
    listener.onFannedOut(
        new FannedOut(
            new About(
                envelope.channel(),
                position.partition(),
                envelope.id(),
                envelope.message().headers().toMap()),
            new Place(position.epoch(), position.sequence()),
            subscribers,
            publication.timeMillis()));
  }

  /**
   * Opens a topic that a pattern may want; null when none may. It stays open when all of them
   * refuse, so that they are not asked again, until the tenant has no pattern any more.
   */
  private @Nullable Topic openForPatterns(TenantChannel channel) {
    if (!anyPattern(channel)) {
      return null;
    }
    boolean[] opened = new boolean[1];
    Topic topic =
        topics.computeIfAbsent(
            channel,
            c -> {
              opened[0] = true;
              return new Topic(delivered, numbers.take());
            });
    if (opened[0]) {
      askPatterns(channel, topic);
    }
    return topic;
  }

  /**
   * Asks once the topic can be seen, so that a pattern that comes meanwhile either is asked or
   * finds it; on other threads, since to decide may take long.
   */
  private void askPatterns(TenantChannel channel, Topic topic) {
    for (PatternSubscriber subscriber : patterns.getOrDefault(channel.tenant(), Set.of())) {
      if (subscriber.pattern().matches(channel.name())) {
        topic.undecided();
        ask(subscriber, channel, topic);
      }
    }
    decided(channel, topic);
  }

  private void ask(PatternSubscriber subscriber, TenantChannel channel, Topic topic) {
    try {
      joins.execute(
          () -> {
            try {
              subscriber.onChannel(channel);
            } finally {
              decided(channel, topic);
            }
          });
    } catch (RejectedExecutionException e) { // the node stops
      decided(channel, topic);
    }
  }

  private void decided(TenantChannel channel, Topic topic) {
    if (topic.decided() && topic.isEmpty() && !anyPattern(channel)) {
      topics.computeIfPresent(channel, (c, known) -> kept(known));
    }
  }

  /** Nobody is left to be asked again, so what was kept open for that can go. */
  private void dropEmptyTopics(TenantId tenant) {
    for (TenantChannel channel : topics.keySet()) {
      if (channel.tenant().equals(tenant)) {
        topics.computeIfPresent(channel, (c, topic) -> kept(topic));
      }
    }
  }

  /** The topic, or null to close it, which gives its number back. */
  private @Nullable Topic kept(Topic topic) {
    if (!topic.isEmpty() || topic.isDeciding()) {
      return topic;
    }
    numbers.giveBack(topic.number());
    return null;
  }

  private boolean anyPattern(TenantChannel channel) {
    for (PatternSubscriber subscriber : patterns.getOrDefault(channel.tenant(), Set.of())) {
      if (subscriber.pattern().matches(channel.name())) {
        return true;
      }
    }
    return false;
  }
}
