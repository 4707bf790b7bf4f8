package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.resps.Tuple;

/**
 * The index of channels that have a stream: sorted sets of names, one for each tenant. A name is
 * added before the channel's first publication and removed after the channel was forgotten.
 */
final class ChannelIndex {

  private static final int CHUNK = 500;
  private static final int REMEMBERED = 10_000;
  private static final long NEVER = Long.MIN_VALUE;

  /** How long a channel is counted as forgotten: more than twice the interval of pruning. */
  private static final long COUNTED_MILLIS = 150_000;

  private final Redis redis;
  private final PubSub pubSub;

  /** Channels that this node has added; used by the appender's thread only. */
  private final Map<TenantChannel, Boolean> put = BoundedMap.ofLatestUsed(REMEMBERED);

  ChannelIndex(Redis redis, PubSub pubSub) {
    this.redis = redis;
    this.pubSub = pubSub;
  }

  /** Queues the name to be added, the first time that this node appends to the channel. */
  void queue(TenantChannel channel) {
    if (!put.containsKey(channel)) {
      put(channel);
      put.put(channel, true);
    }
  }

  /**
   * Handles a channel's first publication: adds its name again, which may have been removed in the
   * meantime, and announces the channel to the nodes.
   */
  void onFirstPublication(TenantChannel channel) {
    try {
      put(channel);
      pubSub.publish(
          ChannelKeys.newChannels(redis, channel.tenant()), bytes(channel.name().value()));
    } catch (JedisException e) {
      put.remove(channel); // the next publication tries again
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

  /**
   * Removes the names of forgotten channels that were last used before a time.
   *
   * @param forgottenBefore the time for a tenant, which may be later: the channels last used just
   *     before it are counted as forgotten
   */
  void prune(long beforeMillis, ToLongFunction<TenantId> forgottenBefore) {
    for (String tenant : redis.commands().smembers(ChannelKeys.tenants(redis))) {
      TenantId id = new TenantId(tenant);
      String key = ChannelKeys.index(redis, id);
      String cursor = ScanParams.SCAN_POINTER_START;
      do {
        ScanResult<Tuple> page = redis.commands().zscan(key, cursor);
        prune(
            key,
            page.getResult().stream()
                .map(tuple -> new TenantChannel(id, new ChannelName(tuple.getElement())))
                .toList(),
            beforeMillis,
            forgottenBefore.applyAsLong(id));
        cursor = page.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    }
  }

  /**
   * Removes names of a key. A channel may be used again at the same moment, so it is checked again
   * afterwards.
   */
  private void prune(
      String key, List<TenantChannel> channels, long beforeMillis, long forgottenMillis) {
    Map<TenantChannel, Long> used = lastUsed(channels);
    count(
        channels.stream()
            .filter(
                channel -> {
                  long last = used.getOrDefault(channel, forgottenMillis);
                  return last < beforeMillis
                      || (last < forgottenMillis && last >= forgottenMillis - COUNTED_MILLIS);
                })
            .toList());
    List<TenantChannel> forgotten =
        channels.stream().filter(c -> used.getOrDefault(c, beforeMillis) < beforeMillis).toList();
    if (forgotten.isEmpty()) {
      return;
    }
    String[] names = forgotten.stream().map(c -> c.name().value()).toArray(String[]::new);
    redis.commands().zrem(key, names);
    lastUsed(forgotten)
        .forEach(
            (channel, millis) -> {
              if (millis >= beforeMillis) {
                put(channel);
              }
            });
  }

  /** Counts forgotten channels, so that their next epochs differ from their last ones. */
  private void count(List<TenantChannel> forgotten) {
    if (redis.settings().kind() != RedisSettings.Kind.CLUSTER) {
      forgotten.stream()
          .map(channel -> ChannelKeys.of(redis, channel).group())
          .distinct()
          .forEach(group -> redis.commands().hincrBy(ChannelKeys.epochs(redis), group, 1));
    }
  }

  /**
   * Returns when each channel was last used: never for an unknown one. Channels whose server does
   * not answer are left out.
   */
  private Map<TenantChannel, Long> lastUsed(List<TenantChannel> channels) {
    Map<TenantChannel, Long> used = new HashMap<>();
    redis
        .queryAll(
            channels,
            channel -> ChannelKeys.of(redis, channel).hash(),
            (pipeline, channel) ->
                pipeline.hmget(ChannelKeys.of(redis, channel).hash(), bytes("u")))
        .forEach(
            (channel, fields) -> {
              byte[] millis = fields.get(0);
              used.put(
                  channel,
                  millis == null
                      ? NEVER
                      : Long.parseLong(new String(millis, StandardCharsets.US_ASCII)));
            });
    return used;
  }

  private void put(TenantChannel channel) {
    redis.commands().sadd(ChannelKeys.tenants(redis), channel.tenant().value());
    redis.commands().zadd(ChannelKeys.index(redis, channel.tenant()), 0, channel.name().value());
  }
}
