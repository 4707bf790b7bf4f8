package io.broadcasty.streams.broker.redis;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.TextVersion;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisAvailability;
import io.broadcasty.infra.redis.SubscriptionReadiness;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.PublicationListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The tenants whose new channels this node follows, and the patterns that they must match. */
@ThreadSafe
final class FollowedPatterns {

  private static final String WHAT = "announcements of channels";
  private static final int MAX_CHANNELS = 10_000;

  /** One tenant's patterns, with their reference counts. */
  private static final class Tenant {
    private final TenantId id;

    @GuardedBy("this")
    private final Map<ChannelPattern, Integer> wanted = new HashMap<>();

    @GuardedBy("this")
    private final SubscriptionReadiness ready = new SubscriptionReadiness();

    @GuardedBy("this")
    private boolean everSubscribed;

    Tenant(TenantId id) {
      this.id = id;
    }

    synchronized CompletionStage<Void> add(ChannelPattern pattern) {
      wanted.merge(pattern, 1, Integer::sum);
      return ready.stage();
    }

    /** Removes one reference; returns whether none is left for any pattern. */
    synchronized boolean remove(ChannelPattern pattern) {
      wanted.computeIfPresent(pattern, (p, count) -> count == 1 ? null : count - 1);
      return wanted.isEmpty();
    }

    synchronized List<ChannelPattern> patterns() {
      return List.copyOf(wanted.keySet());
    }

    /**
     * Records that names are received from now on; returns whether some may have been missed
     * before.
     */
    boolean subscribed() {
      boolean resubscribed;
      Runnable completion;
      synchronized (this) {
        resubscribed = everSubscribed;
        everSubscribed = true;
        completion = ready.confirm();
      }
      completion.run();
      return resubscribed;
    }

    synchronized void broken() {
      ready.reset();
    }

    void unreachable(BrokerException why) {
      Runnable completion;
      synchronized (this) {
        everSubscribed = true; // names announced until then are missed
        completion = ready.fail(why);
      }
      completion.run();
    }
  }

  private final Redis redis;
  private final PublicationListener listener;
  private final Runnable wake;

  /** By the name of the pub/sub channel; entries are added and removed within its updates only. */
  private final ConcurrentHashMap<String, Tenant> tenants = new ConcurrentHashMap<>();

  private final ConcurrentLinkedQueue<Tenant> toNotify = new ConcurrentLinkedQueue<>();

  /**
   * @param wake triggers a call of {@link #notifyMissed} soon
   */
  FollowedPatterns(Redis redis, PublicationListener listener, Runnable wake) {
    this.redis = redis;
    this.listener = listener;
    this.wake = wake;
  }

  CompletionStage<Void> follow(
      TenantId tenant,
      ChannelPattern pattern,
      PubSub pubSub,
      @Nullable BrokerException unreachable) {
    List<CompletionStage<Void>> ready = new ArrayList<>(1);
    Tenant found =
        tenants.compute(
            ChannelKeys.newChannels(redis, tenant),
            (name, known) -> {
              Tenant entry = known;
              if (entry == null) {
                entry = new Tenant(tenant);
                pubSub.subscribe(name);
              }
              ready.add(entry.add(pattern));
              return entry;
            });
    if (unreachable != null) {
      found.unreachable(unreachable);
    }
    return ready.get(0);
  }

  void unfollow(TenantId tenant, ChannelPattern pattern, PubSub pubSub) {
    tenants.computeIfPresent(
        ChannelKeys.newChannels(redis, tenant),
        (name, entry) -> {
          if (!entry.remove(pattern)) {
            return entry;
          }
          pubSub.unsubscribe(name);
          return null;
        });
  }

  void onMessage(String pubSubChannel, byte[] message) {
    Tenant tenant = tenants.get(pubSubChannel);
    if (tenant == null) {
      return;
    }
    TenantChannel channel;
    try {
      TextVersion.requireVersionOne(WHAT, message);
      String name = new String(message, StandardCharsets.UTF_8);
      channel = new TenantChannel(tenant.id, new ChannelName(name));
    } catch (UnknownVersionException e) { // already logged
      toNotify.add(tenant);
      wake.run();
      return;
    }
    listener.onChannel(channel);
  }

  void onSubscribed(String pubSubChannel) {
    tenants.computeIfPresent( // which waits for the update that requested it
        pubSubChannel,
        (name, tenant) -> {
          if (tenant.subscribed()) {
            toNotify.add(tenant);
          }
          return tenant;
        });
    wake.run();
  }

  void onBroken(String pubSubChannel) {
    Tenant tenant = tenants.get(pubSubChannel);
    if (tenant != null) {
      tenant.broken();
    }
  }

  /** Fails the callers that wait for a tenant whose server cannot be reached. */
  void failUnreachable(RedisAvailability availability) {
    for (Tenant tenant : tenants.values()) {
      if (availability.isDown(ChannelKeys.bytes(ChannelKeys.index(redis, tenant.id)))) {
        tenant.unreachable(RedisBroker.unreachable());
      }
    }
  }

  boolean hasMissed() {
    return !toNotify.isEmpty();
  }

  /**
   * Notifies of all channels that match patterns for which names may have been missed.
   *
   * @throws redis.clients.jedis.exceptions.JedisException when Redis does not answer
   */
  void notifyMissed(ChannelIndex index) {
    for (Tenant tenant = toNotify.peek(); tenant != null; tenant = toNotify.peek()) {
      for (ChannelPattern pattern : tenant.patterns()) {
        for (ChannelName name : index.names(tenant.id, pattern, MAX_CHANNELS)) {
          listener.onChannel(new TenantChannel(tenant.id, name));
        }
      }
      toNotify.poll();
    }
  }
}
