package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.PublicationEvent.FannedOut;
import io.broadcasty.core.lifecycle.PublicationEvent.Place;
import io.broadcasty.core.lifecycle.PublicationEvent.PublicationInfo;
import io.broadcasty.core.lifecycle.PublicationEvent.Written;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresenceListener;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Local fan-out: delivers each publication of the broker to this node's subscribers of its channel,
 * on their event loops. Makes no access decisions and never blocks; what a subscriber may receive
 * was decided when it joined.
 */
@ThreadSafe
public final class Hub implements PublicationListener, PresenceListener {

  /** Selects one publication in 16 for measurement. */
  private static final int SAMPLE_MASK = 15;

  private final ConcurrentHashMap<TenantChannel, Topic> topics = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<TenantId, PatternIndex> patterns = new ConcurrentHashMap<>();
  private final OccupiedChannels occupied = new OccupiedChannels();
  private final UnwantedTopics unwanted = new UnwantedTopics();
  private final LongAdder deliveries = new LongAdder();
  private final ChannelNumbers numbers = new ChannelNumbers();
  private final Executor patternExecutor;
  private final RealtimeListener listener;
  private final boolean observed;
  private final WallClock clock;

  /** Counts publications for the sample. */
  private final AtomicInteger sampled = new AtomicInteger();

  /** Notified of channels that gained their first or lost their last subscriber here. */
  private volatile Consumer<TenantChannel> occupancyListener = channel -> {};

  /** Notified of channels that gained or lost a subscriber here. */
  private volatile Consumer<TenantChannel> subscriberListener = channel -> {};

  /** Creates a hub whose fan-out is not observed. */
  public Hub(Executor joins) {
    this(joins, RealtimeListener.NONE, () -> 0);
  }

  /**
   * Creates a hub without subscribers.
   *
   * @param joins runs the joins of patterns to new channels, which may block
   * @param listener notified of fan-out if it observes that, and of the delay of sampled
   *     publications
   */
  public Hub(Executor joins, RealtimeListener listener, WallClock clock) {
    this.patternExecutor = joins;
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
      notifyFannedOut(publication, topic == null ? 0 : topic.size());
    }
    if (topic == null || (topic.isEmpty() && !topic.isMatching())) {
      return;
    }
    topic.publish(new EncodedPublication(publication, topic.number()));
    measureSample(topic, publication);
  }

  @Override
  public void onEphemeral(Envelope envelope, long timeMillis) {
    TenantChannel channel = envelope.channel();
    Topic topic = topics.get(channel);
    if (topic == null) {
      topic = openForPatterns(channel);
    }
    if (topic != null && (!topic.isEmpty() || topic.isMatching())) {
      topic.publishEphemeral(Publication.ephemeral(envelope, timeMillis));
    }
  }

  @Override
  public void onGap(TenantChannel channel) {
    Topic topic = topics.get(channel);
    if (topic != null) {
      topic.publishGap();
    }
  }

  @Override
  public void onPresenceChange(PresenceChange change) {
    Topic topic = topics.get(change.channel());
    if (topic != null && !topic.isEmpty()) {
      topic.publishPresence(new EncodedPresence(change));
    }
  }

  @Override
  public void onChannel(TenantChannel channel) {
    if (!topics.containsKey(channel)) {
      openForPatterns(channel);
    }
  }

  /**
   * Adds a subscriber. From the return on, it receives every publication of the channel that the
   * broker announces.
   */
  public void add(TenantChannel channel, ChannelSubscriber subscriber) {
    boolean[] opened = new boolean[1];
    boolean[] first = new boolean[1];
    Topic joined =
        topics.compute(
            channel,
            (c, known) -> {
              opened[0] = known == null;
              Topic topic = known == null ? new Topic(deliveries, numbers.allocate()) : known;
              first[0] = topic.isEmpty();
              topic.add(subscriber);
              if (first[0]) {
                occupied.add(channel);
              }
              return topic;
            });
    joined.deliverEarlyTo(subscriber);
    if (first[0]) {
      occupancyListener.accept(channel);
    }
    subscriberListener.accept(channel);
    if (opened[0]) {
      matchPatterns(channel, joined);
    }
  }

  /** Removes a subscriber. After the return no further call begins. */
  public void remove(TenantChannel channel, ChannelSubscriber subscriber) {
    boolean[] last = new boolean[1];
    topics.computeIfPresent(
        channel,
        (c, topic) -> {
          boolean before = !topic.isEmpty();
          topic.remove(subscriber);
          last[0] = before && topic.isEmpty();
          if (last[0]) {
            occupied.remove(channel);
          }
          return unlessUnused(topic);
        });
    if (last[0]) {
      occupancyListener.accept(channel);
    }
    subscriberListener.accept(channel);
  }

  /**
   * Sets the listener for channels that gained or lost a subscriber on this node: {@link
   * #subscribers} returns the current number. It is called as that of {@link #onOccupancyChange}
   * is, and set under the same conditions.
   */
  public void onSubscriberChange(Consumer<TenantChannel> listener) {
    subscriberListener = listener;
  }

  /**
   * Sets the listener for channels that gained their first subscriber on this node or lost their
   * last. It is called on the thread that adds or removes the subscriber, perhaps after another
   * thread has reversed the change: {@link #isOccupied} returns the current state. Must neither
   * block nor throw. Call this method once, before there are subscribers.
   */
  public void onOccupancyChange(Consumer<TenantChannel> listener) {
    occupancyListener = listener;
  }

  /**
   * Returns whether the channel has subscribers on this node; a pattern that is still being matched
   * does not count.
   */
  public boolean isOccupied(TenantChannel channel) {
    Topic topic = topics.get(channel);
    return topic != null && !topic.isEmpty();
  }

  /**
   * Adds a pattern subscriber. From the return on, {@link PatternSubscriber#onChannel} is called
   * for every matching channel that {@link #channels} does not return yet.
   */
  public void add(TenantId tenant, PatternSubscriber subscriber) {
    patterns.compute(
        tenant,
        (t, known) -> {
          PatternIndex subscribers = known == null ? new PatternIndex() : known;
          subscribers.add(subscriber);
          return subscribers;
        });
  }

  /**
   * Removes a pattern subscriber, which gets no further channels; it has to leave those it joined
   * one by one.
   */
  public void remove(TenantId tenant, PatternSubscriber subscriber) {
    PatternIndex left =
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

  /** Returns the channels of this tenant that have subscribers here and match the pattern. */
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
   * Returns the channels of this tenant that have subscribers here, in order of name.
   *
   * @param prefix what the names begin with; may be empty
   * @param after the channel before the first one to return; null to begin with the first
   * @param limit the maximum number; fewer are returned only when there are no more
   */
  public List<ChannelName> occupied(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    return occupied.find(tenant, prefix, after, limit);
  }

  /** Returns how many channels of this tenant have subscribers here. */
  public int channels(TenantId tenant) {
    return occupied.count(tenant);
  }

  /** Returns whether no channel has subscribers here, for tests. */
  boolean isVacant() {
    return occupied.isEmpty();
  }

  /**
   * Returns the number that stands for the channel on this node. It is the same for all subscribers
   * as long as there are any; later another channel may get it.
   *
   * @return from 1; 0 when the channel has no subscribers
   */
  public int number(TenantChannel channel) {
    Topic topic = topics.get(channel);
    if (topic == null) { // waits for a topic that is being opened
      topic = topics.computeIfPresent(channel, (c, open) -> open);
    }
    return topic == null ? 0 : topic.number();
  }

  /**
   * Returns how many channels are open on this node: those with subscribers, and those kept open
   * for patterns.
   */
  public long channels() {
    return topics.mappingCount();
  }

  /** Returns how many subscribers the channel has on this node. */
  public int subscribers(TenantChannel channel) {
    Topic topic = topics.get(channel);
    return topic == null ? 0 : topic.size();
  }

  /**
   * Returns how many deliveries to subscribers there were on this node since the start.
   * Publications that were replayed from the broker are not counted.
   */
  public long deliveryCount() {
    return deliveries.sum();
  }

  /** Measures one publication in 16, which keeps the cost of measuring negligible. */
  private void measureSample(Topic topic, Publication publication) {
    if ((sampled.getAndIncrement() & SAMPLE_MASK) == 0) {
      topic.afterWrites(
          () ->
              listener.onWritten(
                  new Written(Math.max(0, clock.nowMillis() - publication.timeMillis()))));
    }
  }

  private void notifyFannedOut(Publication publication, int subscribers) {
    Envelope envelope = publication.envelope();
    Position position = publication.position();
    listener.onFannedOut(
        new FannedOut(
            new PublicationInfo(
                envelope.channel(),
                position.partition(),
                envelope.id(),
                envelope.message().headers().toMap()),
            new Place(position.epoch(), position.sequence()),
            subscribers,
            publication.timeMillis()));
  }

  /**
   * Opens a topic that a pattern may join; returns null when no pattern matches. The topic stays
   * open even if all of them decline, so that they are not asked again, until the tenant has no
   * pattern any more or too many are open.
   */
  private @Nullable Topic openForPatterns(TenantChannel channel) {
    if (!hasMatchingPattern(channel)) {
      return null;
    }
    boolean[] opened = new boolean[1];
    Topic topic =
        topics.computeIfAbsent(
            channel,
            c -> {
              opened[0] = true;
              return new Topic(deliveries, numbers.allocate());
            });
    if (opened[0]) {
      matchPatterns(channel, topic);
    }
    return topic;
  }

  /**
   * Asks the matching patterns to join. The topic is visible by then, so a pattern added at the
   * same time either is asked or finds it. Runs on other threads, since the decision may take long.
   */
  private void matchPatterns(TenantChannel channel, Topic topic) {
    PatternIndex index = patterns.get(channel.tenant());
    if (index != null) {
      index.forEachMatching(
          channel.name(),
          subscriber -> {
            topic.beginMatch();
            matchPattern(subscriber, channel, topic);
            return true;
          });
    }
    endMatch(channel, topic);
  }

  private void matchPattern(PatternSubscriber subscriber, TenantChannel channel, Topic topic) {
    try {
      patternExecutor.execute(
          () -> {
            try {
              subscriber.onChannel(channel);
            } finally {
              endMatch(channel, topic);
            }
          });
    } catch (RejectedExecutionException e) { // the node is stopping
      endMatch(channel, topic);
    }
  }

  private void endMatch(TenantChannel channel, Topic topic) {
    if (!topic.endMatch() || !topic.isEmpty()) {
      return;
    }
    TenantChannel closing = hasMatchingPattern(channel) ? unwanted.add(channel) : channel;
    if (closing != null) {
      topics.computeIfPresent(closing, (c, known) -> unlessUnused(known));
    }
  }

  /** Closes the topics that were kept open for patterns only, once the tenant has none. */
  private void dropEmptyTopics(TenantId tenant) {
    for (TenantChannel channel : topics.keySet()) {
      if (channel.tenant().equals(tenant)) {
        topics.computeIfPresent(channel, (c, topic) -> unlessUnused(topic));
      }
    }
  }

  /** Returns the topic if it is still in use; otherwise frees its number and returns null. */
  private @Nullable Topic unlessUnused(Topic topic) {
    if (!topic.isEmpty() || topic.isMatching()) {
      return topic;
    }
    numbers.release(topic.number());
    return null;
  }

  private boolean hasMatchingPattern(TenantChannel channel) {
    PatternIndex index = patterns.get(channel.tenant());
    return index != null && !index.forEachMatching(channel.name(), subscriber -> false);
  }
}
