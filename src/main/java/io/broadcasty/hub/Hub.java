package io.broadcasty.hub;

import io.broadcasty.broker.Publication;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.ChannelPattern;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Local fan-out: hands each publication of the broker to this node's subscribers of its channel.
 * Decides nothing and never blocks; what a subscriber may have was decided when it joined. Safe for
 * use by several threads.
 */
public final class Hub implements PublicationListener {

  private final ConcurrentHashMap<TenantChannel, Set<Subscriber>> topics =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<TenantId, Set<PatternSubscriber>> patterns =
      new ConcurrentHashMap<>();

  @Override
  public void onPublication(Publication publication) {
    TenantChannel channel = publication.envelope().channel();
    Set<Subscriber> topic = topics.get(channel);
    if (topic == null) {
      topic = openForPatterns(channel);
    }
    if (topic == null || topic.isEmpty()) {
      return;
    }
    EncodedPublication encoded = new EncodedPublication(publication);
    for (Subscriber subscriber : topic) {
      subscriber.onPublication(encoded);
    }
  }

  /**
   * From the return on, the subscriber hears of every publication that the channel's broker
   * announces.
   */
  public void add(TenantChannel channel, Subscriber subscriber) {
    topics.compute(
        channel,
        (c, known) -> {
          Set<Subscriber> topic = known == null ? open(c) : known;
          topic.add(subscriber);
          return topic;
        });
  }

  /** After the return, no further call comes, but for one that is under way. */
  public void remove(TenantChannel channel, Subscriber subscriber) {
    topics.computeIfPresent(
        channel,
        (c, topic) -> {
          topic.remove(subscriber);
          return topic.isEmpty() ? null : topic;
        });
  }

  /**
   * From the return on, {@link PatternSubscriber#join} is called for every matching channel that is
   * not yet one of {@link #channels}.
   */
  public void add(TenantId tenant, PatternSubscriber subscriber) {
    patterns.computeIfAbsent(tenant, t -> ConcurrentHashMap.newKeySet()).add(subscriber);
  }

  /** Ends the interest in further channels; those joined are left one by one. */
  public void remove(TenantId tenant, PatternSubscriber subscriber) {
    patterns.computeIfPresent(
        tenant,
        (t, subscribers) -> {
          subscribers.remove(subscriber);
          return subscribers.isEmpty() ? null : subscribers;
        });
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

  /** How many subscribers the channel has on this node. */
  public int subscribers(TenantChannel channel) {
    return topics.getOrDefault(channel, Set.of()).size();
  }

  private @Nullable Set<Subscriber> openForPatterns(TenantChannel channel) {
    if (!anyPattern(channel)) {
      return null;
    }
    return topics.computeIfAbsent(channel, this::open);
  }

  private boolean anyPattern(TenantChannel channel) {
    for (PatternSubscriber subscriber : patterns.getOrDefault(channel.tenant(), Set.of())) {
      if (subscriber.pattern().matches(channel.name())) {
        return true;
      }
    }
    return false;
  }

  /**
   * A topic with those subscribed by pattern; stays open when all of them were refused, so that
   * they are not asked again.
   */
  private Set<Subscriber> open(TenantChannel channel) {
    Set<Subscriber> topic = ConcurrentHashMap.newKeySet();
    for (PatternSubscriber subscriber : patterns.getOrDefault(channel.tenant(), Set.of())) {
      if (subscriber.pattern().matches(channel.name())) {
        Subscriber joined = subscriber.join(channel);
        if (joined != null) {
          topic.add(joined);
        }
      }
    }
    return topic;
  }
}
