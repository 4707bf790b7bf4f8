package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ZAddParams;

/**
 * The index of channels that have a stream: sorted sets of names, one for each tenant. A name is
 * added before the channel's first publication and removed after the channel was forgotten.
 */
final class ChannelIndex {

  private static final int CHUNK = 500;
  private static final int REMEMBERED = 10_000;
  private static final int MAX_UNLISTED = 10_000;

  private final Redis redis;
  private final PubSub pubSub;

  /** Channels that this node has added. Guarded by itself. */
  private final Map<TenantChannel, Boolean> put = BoundedMap.ofLatestUsed(REMEMBERED);

  /** Channels to be added once the server of their tenant's index answers. Guarded by itself. */
  private final Map<TenantChannel, Boolean> unlisted = BoundedMap.ofLatestAdded(MAX_UNLISTED);

  ChannelIndex(Redis redis, PubSub pubSub) {
    this.redis = redis;
    this.pubSub = pubSub;
  }

  /**
   * Adds the name, the first time that this node appends to the channel. While the server of the
   * index does not answer, publishing goes on, and the name is added afterwards.
   */
  void add(TenantChannel channel) {
    boolean known;
    synchronized (put) {
      known = put.get(channel) != null;
    }
    if (!known) {
      addNow(channel, false);
    }
  }

  /**
   * Handles a channel's first publication: adds its name again, which may have been removed in the
   * meantime, and announces the channel to the nodes.
   */
  void onFirstPublication(TenantChannel channel) {
    addNow(channel, true);
  }

  /** Adds the names that could not be added before. */
  void addUnlisted() {
    List<TenantChannel> channels;
    synchronized (unlisted) {
      if (unlisted.isEmpty()) {
        return;
      }
      channels = List.copyOf(unlisted.keySet());
      unlisted.clear();
    }
    channels.forEach(channel -> addNow(channel, true));
  }

  private void addNow(TenantChannel channel, boolean announce) {
    byte[] key = bytes(ChannelKeys.index(redis, channel.tenant()));
    if (!redis.availability().isDown(key)) {
      try {
        put(channel);
        if (announce) {
          pubSub.publish(
              ChannelKeys.newChannels(redis, channel.tenant()), bytes(channel.name().value()));
        }
        synchronized (put) {
          put.put(channel, true);
        }
        return;
      } catch (JedisException e) {
        recordFailure(key, e);
      }
    }
    synchronized (unlisted) {
      unlisted.put(channel, true);
    }
  }

  private void recordFailure(byte[] key, JedisException failure) {
    try {
      var unused = redis.availability().recordFailure(redis.serverOf(key), failure);
    } catch (JedisException e) { // no server has the key
      redis.availability().recordUnassignedKey();
    }
  }

  /** Returns names as {@link io.broadcasty.streams.broker.Broker#channels} describes. */
  List<ChannelName> names(TenantId tenant, ChannelPattern pattern, int limit) {
    return names(tenant, pattern, pattern.prefix().isEmpty() ? "-" : "[" + pattern.prefix(), limit);
  }

  /**
   * Returns channels of all tenants, in order of tenant and name.
   *
   * @param after the channel before the first one to return; null to begin with the first
   */
  List<TenantChannel> channels(ChannelPattern pattern, @Nullable TenantChannel after, int limit) {
    List<TenantChannel> found = new ArrayList<>();
    for (String name : new TreeSet<>(redis.commands().smembers(ChannelKeys.tenants(redis)))) {
      TenantId tenant = new TenantId(name);
      int order = after == null ? 1 : name.compareTo(after.tenant().value());
      if (order > 0) {
        names(tenant, pattern, limit - found.size())
            .forEach(channel -> found.add(new TenantChannel(tenant, channel)));
      } else if (order == 0 && after != null) {
        names(tenant, pattern, "(" + after.name().value(), limit - found.size())
            .forEach(channel -> found.add(new TenantChannel(tenant, channel)));
      }
      if (found.size() >= limit) {
        return found;
      }
    }
    return found;
  }

  @SuppressWarnings("deprecation") // ZRANGE with BYLEX needs Redis 6.2
  private List<ChannelName> names(
      TenantId tenant, ChannelPattern pattern, String begin, int limit) {
    String key = ChannelKeys.index(redis, tenant);
    List<ChannelName> found = new ArrayList<>();
    String from = begin;
    while (true) {
      List<String> names = redis.commands().zrangeByLex(key, from, "+", 0, CHUNK);
      for (String name : names) {
        if (found.size() == limit || !name.startsWith(pattern.prefix())) {
          return found;
        }
        ChannelName channel = new ChannelName(name);
        if (pattern.matches(channel)) {
          found.add(channel);
        }
      }
      if (names.size() < CHUNK) {
        return found;
      }
      from = "(" + names.get(names.size() - 1);
    }
  }

  /** Adds a name, and has the pruning look at the channel soon. */
  void put(TenantChannel channel) {
    String name = channel.name().value();
    redis.commands().sadd(ChannelKeys.tenants(redis), channel.tenant().value());
    redis
        .commands()
        .zadd(ChannelKeys.due(redis, channel.tenant()), 0, name, ZAddParams.zAddParams().nx());
    redis.commands().zadd(ChannelKeys.index(redis, channel.tenant()), 0, name);
  }
}
