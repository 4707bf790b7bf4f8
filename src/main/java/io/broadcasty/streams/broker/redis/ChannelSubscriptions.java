package io.broadcasty.streams.broker.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.ReferenceCountedMap;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisAvailability;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The channels whose announcements this node receives. Announcements may be lost when a connection
 * breaks. Therefore each channel's heads in Redis are compared with the received publications after
 * every new subscription, and from time to time.
 */
@ThreadSafe
final class ChannelSubscriptions {

  private static final System.Logger LOG = System.getLogger(ChannelSubscriptions.class.getName());

  /** How long a channel without followers stays subscribed, since many come back. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private static final int BATCH_SIZE = 1000;

  /** A confirmed subscription, whose channel's heads are to be compared. */
  private record Confirmed(FollowedChannel followed, int subscriptionNumber) {}

  private final Redis redis;
  private final PublicationListener listener;
  private final DivergenceDetector divergenceDetector;
  private final Runnable wake;

  /** The channels by the names of their announcements. */
  private final ReferenceCountedMap<FollowedChannel> channels;

  private final ConcurrentLinkedQueue<Confirmed> confirmed = new ConcurrentLinkedQueue<>();

  /** How many of all channels are checked at once, so that many cost little while they are idle. */
  private static final int SOME = 40;

  @ConfinedTo("the thread that detects gaps")
  private List<FollowedChannel> toCheck = List.of();

  /** Channels with publications that may be in transit, and that are checked again. */
  @ConfinedTo("the thread that detects gaps")
  private List<FollowedChannel> suspected = List.of();

  /**
   * @param wake triggers a call of {@link #compareConfirmed} soon
   */
  ChannelSubscriptions(
      Redis redis,
      PublicationListener listener,
      Ticker ticker,
      DivergenceDetector tails,
      Runnable wake) {
    this.redis = redis;
    this.listener = listener;
    this.channels = new ReferenceCountedMap<>(ticker, LINGER);
    this.divergenceDetector = tails;
    this.wake = wake;
  }

  /** Follows a channel as {@link io.broadcasty.streams.broker.Broker#follow} describes. */
  CompletionStage<Void> follow(
      TenantChannel channel, PubSub pubSub, @Nullable BrokerException unreachable) {
    String announcements = ChannelKeys.of(redis, channel).announcements();
    FollowedChannel followed =
        channels.acquire(
            announcements,
            () -> {
              pubSub.subscribe(announcements);
              return new FollowedChannel(channel, divergenceDetector.takeRemembered(channel));
            });
    CompletionStage<Void> ready = followed.ready();
    if (unreachable != null && !ready.toCompletableFuture().isDone()) {
      followed.onUnreachable(unreachable);
    }
    return ready;
  }

  /** Unfollows a channel as {@link io.broadcasty.streams.broker.Broker#unfollow} describes. */
  void unfollow(TenantChannel channel) {
    channels.release(ChannelKeys.of(redis, channel).announcements());
  }

  /** Returns whether a channel's announcements are received from Redis. */
  boolean receives(String announcements) {
    FollowedChannel followed = channels.get(announcements);
    return followed != null && followed.isSubscribed();
  }

  /**
   * Announces this node's publications on a channel whose announcements it does not receive from
   * Redis.
   */
  void announceOwn(TenantChannel channel, String announcements, List<Publication> publications) {
    FollowedChannel followed = channels.get(announcements);
    if (followed == null) {
      divergenceDetector.remember(channel, publications);
      publications.forEach(this::announce);
    } else {
      followed.deliver(publications, this::announce);
    }
  }

  void onMessage(String announcements, byte[] message) {
    FollowedChannel followed = channels.get(announcements);
    if (followed == null) {
      return;
    }
    try {
      List<Publication> publications = Announcement.read(followed.channel(), message);
      if (publications.isEmpty()) { // a publication of another epoch
        confirmed.add(new Confirmed(followed, followed.subscriptionNumber()));
        wake.run();
      }
      followed.deliver(publications, this::announce);
    } catch (UnknownVersionException e) { // already logged
      LOG.log(
          Level.DEBUG,
          "Cannot decode an announcement; its publications are read from the stream",
          e);
      listener.onGap(followed.channel());
    }
  }

  void onSubscribed(String announcements) {
    channels.withValue( // after the update that requested it
        announcements, followed -> confirmed.add(new Confirmed(followed, followed.onSubscribed())));
    wake.run();
  }

  void onBroken(String announcements) {
    FollowedChannel followed = channels.get(announcements);
    if (followed != null) {
      followed.onBroken();
    }
  }

  /** Fails the callers that wait for a channel whose server cannot be reached. */
  void failUnreachable(RedisAvailability availability) {
    for (FollowedChannel followed : channels.values()) {
      if (availability.isDown(ChannelKeys.of(redis, followed.channel()).hash())) {
        followed.onUnreachable(RedisBroker.unreachable());
      }
    }
  }

  /**
   * Compares the heads of some of the channels subscribed since the last call.
   *
   * @return whether there are more, and Redis has answered
   * @throws JedisException when Redis does not answer; they are kept for the next call
   */
  boolean compareConfirmed() {
    List<Confirmed> batch = new ArrayList<>();
    for (Confirmed next = confirmed.poll(); next != null; next = confirmed.poll()) {
      batch.add(next);
      if (batch.size() == BATCH_SIZE) {
        break;
      }
    }
    Map<Confirmed, StreamHeads> heads;
    try {
      divergenceDetector.verify(
          DivergenceDetector.lastSeen(batch.stream().map(Confirmed::followed).toList()));
      heads = heads(batch, Confirmed::followed);
    } catch (JedisException e) {
      confirmed.addAll(batch);
      throw e;
    }
    for (Confirmed each : batch) {
      StreamHeads found = heads.get(each);
      if (found == null) {
        confirmed.add(each);
      } else if (each.followed().compareHeads(each.subscriptionNumber(), found)) {
        missed(each.followed());
      }
    }
    return !confirmed.isEmpty() && !heads.isEmpty();
  }

  /**
   * Ensures that a server that answers again, or has taken over, has all received publications
   * before anything is appended to it.
   *
   * @throws JedisException when it does not answer after all
   */
  void verifyServer(HostAndPort server) {
    Map<TenantChannel, LastSeen> lastSeen = new HashMap<>(divergenceDetector.remembered());
    lastSeen.putAll(DivergenceDetector.lastSeen(channels.values()));
    Map<TenantChannel, LastSeen> batch = new HashMap<>();
    for (Map.Entry<TenantChannel, LastSeen> each : lastSeen.entrySet()) {
      if (redis.serverOf(ChannelKeys.of(redis, each.getKey()).hash()).equals(server)) {
        batch.put(each.getKey(), each.getValue());
      }
      if (batch.size() == BATCH_SIZE) {
        divergenceDetector.verify(batch);
        batch.clear();
      }
    }
    divergenceDetector.verify(batch);
  }

  /**
   * Checks for announcements that were lost unnoticed: in channels that may have missed some, in
   * those that nodes have published to, and in some of all the others.
   */
  void check(Collection<TenantChannel> changed) {
    Set<FollowedChannel> some = new LinkedHashSet<>(suspected);
    suspected = List.of();
    for (TenantChannel channel : changed) {
      FollowedChannel followed = channels.get(ChannelKeys.of(redis, channel).announcements());
      if (followed != null) {
        some.add(followed);
      }
    }
    if (toCheck.isEmpty()) {
      toCheck = channels.values();
    }
    int count = Math.min(toCheck.size(), SOME);
    some.addAll(toCheck.subList(0, count));
    toCheck = toCheck.subList(count, toCheck.size());
    List<FollowedChannel> all = List.copyOf(some);
    for (int from = 0; from < all.size(); from += BATCH_SIZE) {
      checkHeads(all.subList(from, Math.min(all.size(), from + BATCH_SIZE)));
    }
    suspected = all.stream().filter(FollowedChannel::isSuspected).toList();
  }

  private void checkHeads(List<FollowedChannel> some) {
    Map<TenantChannel, LastSeen> suspect = DivergenceDetector.lastSeen(some);
    Map<FollowedChannel, StreamHeads> current = heads(some, followed -> followed);
    current.forEach(
        (followed, heads) -> {
          suspect.computeIfPresent(
              followed.channel(), (c, marks) -> heads.isBehind(marks) ? marks : null);
          if (followed.checkHeads(heads)) {
            missed(followed);
          }
        });
    suspect.keySet().retainAll(current.keySet().stream().map(FollowedChannel::channel).toList());
    divergenceDetector.verify(suspect);
  }

  /** Unsubscribes from channels that have had no followers for a while. */
  void unsubscribeIdle(PubSub pubSub) {
    channels.removeReleased(
        (name, followed) -> {
          pubSub.unsubscribe(name);
          divergenceDetector.remember(followed.channel(), followed.lastSeen());
        });
  }

  private <T> Map<T, StreamHeads> heads(
      Collection<T> items, java.util.function.Function<T, FollowedChannel> followed) {
    Map<T, StreamHeads> heads = new HashMap<>();
    redis
        .queryAll(
            items,
            item -> ChannelKeys.of(redis, followed.apply(item).channel()).hash(),
            (pipeline, item) ->
                pipeline.hgetAll(ChannelKeys.of(redis, followed.apply(item).channel()).hash()))
        .forEach((item, hash) -> heads.put(item, StreamHeads.of(hash)));
    return heads;
  }

  private void missed(FollowedChannel followed) {
    LOG.log(
        Level.DEBUG,
        () -> "Announcements of " + followed.channel() + " were missed; reading the publications");
    listener.onGap(followed.channel());
  }

  private void announce(Publication publication) {
    try {
      listener.onPublication(publication);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A listener of publications failed", e);
    }
  }
}
