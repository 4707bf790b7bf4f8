package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisSettings;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.ZAddParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * Removes the names of forgotten channels from the index. Each name is due when its channel could
 * be forgotten, so a round looks only at those, however many channels there are.
 */
final class ChannelIndexPruner {

  private static final System.Logger LOG = System.getLogger(ChannelIndexPruner.class.getName());
  private static final int CHUNK = 500;
  private static final int MIN_ADOPTED = 10;
  private static final int MAX_WALKS = 10_000;
  private static final long NEVER = Long.MIN_VALUE;

  /** When a channel is due again whose server did not answer. */
  private static final long RETRY_MILLIS = 60_000;

  private final Redis redis;
  private final KeyCommands commands;
  private final ChannelIndex index;
  private final ScriptArguments scriptArguments;

  /** Where the walk through each tenant's names is, unless it begins. */
  @GuardedBy("this")
  private final Map<TenantId, String> adopted = BoundedMap.ofLatestAdded(MAX_WALKS);

  ChannelIndexPruner(
      Redis redis, KeyCommands commands, ChannelIndex index, ScriptArguments scriptArguments) {
    this.redis = redis;
    this.commands = commands;
    this.index = index;
    this.scriptArguments = scriptArguments;
  }

  /**
   * Removes the names that are due and whose channels were forgotten. A tenant whose server does
   * not answer is left to the next call.
   *
   * @throws JedisException when the server that knows the tenants does not answer
   */
  synchronized void prune(long nowMillis) {
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<String> page = index.tenants(cursor);
      Collection<TenantId> tenants = page.getResult().stream().map(TenantId::new).toList();
      adoptSome(tenants);
      while (!tenants.isEmpty()) {
        tenants = prune(tenants, nowMillis);
      }
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
  }

  /** Makes some names due that an earlier version of a node has added without that. */
  @SuppressWarnings("deprecation") // ZRANGE with BYLEX needs Redis 6.2
  private void adoptSome(Collection<TenantId> tenants) {
    int each = Math.max(MIN_ADOPTED, CHUNK / Math.max(1, tenants.size()));
    redis
        .queryAll(
            tenants,
            tenant -> bytes(ChannelKeys.index(redis, tenant)),
            (pipeline, tenant) ->
                pipeline.zrangeByLex(
                    ChannelKeys.index(redis, tenant), nextOf(tenant), "+", 0, each))
        .forEach(
            (tenant, names) -> {
              remember(tenant, names.size() < each ? null : names.get(names.size() - 1));
              Map<String, Double> due = new HashMap<>();
              names.forEach(name -> due.put(name, 0.0));
              if (!due.isEmpty()) {
                attempt(tenant, () -> putDue(tenant, due, ZAddParams.zAddParams().nx()));
              }
            });
  }

  /** Returns where the walk through a tenant's names goes on, as ZRANGE takes it. */
  private synchronized String nextOf(TenantId tenant) {
    return adopted.getOrDefault(tenant, "-");
  }

  /** Remembers the last name of a walk, or that it begins anew. */
  private synchronized void remember(TenantId tenant, @Nullable String last) {
    if (last == null) {
      adopted.remove(tenant);
    } else {
      adopted.put(tenant, "(" + last);
    }
  }

  /** Prunes some names of each tenant; returns the tenants that may have more. */
  private Collection<TenantId> prune(Collection<TenantId> tenants, long nowMillis) {
    List<TenantId> more = new ArrayList<>();
    redis
        .queryAll(
            tenants,
            tenant -> bytes(ChannelKeys.due(redis, tenant)),
            (pipeline, tenant) ->
                pipeline.zrangeByScore(
                    ChannelKeys.due(redis, tenant), 0, (double) nowMillis, 0, CHUNK))
        .forEach(
            (tenant, names) -> {
              boolean pruned =
                  names.isEmpty() || attempt(tenant, () -> prune(tenant, names, nowMillis));
              if (pruned && names.size() == CHUNK) {
                more.add(tenant);
              }
            });
    return more;
  }

  /** Runs an action; returns whether the server of a tenant's names has answered it. */
  private static boolean attempt(TenantId tenant, Runnable action) {
    try {
      action.run();
      return true;
    } catch (JedisException e) {
      LOG.log(Level.DEBUG, () -> "Names of " + tenant + " are left to the next round", e);
      return false;
    }
  }

  /** Removes each name, or makes it due later. */
  private void prune(TenantId tenant, List<String> names, long nowMillis) {
    List<TenantChannel> channels =
        names.stream().map(name -> new TenantChannel(tenant, new ChannelName(name))).toList();
    Map<TenantChannel, Long> used = lastUsed(channels);
    long remembered = scriptArguments.idleMillis(tenant);
    long listed = scriptArguments.longestIdleMillis();
    List<TenantChannel> forgotten = new ArrayList<>();
    List<TenantChannel> unlisted = new ArrayList<>();
    Map<String, Double> later = new HashMap<>();
    for (TenantChannel channel : channels) {
      Long last = used.get(channel);
      long due;
      if (last == null) {
        due = nowMillis + RETRY_MILLIS;
      } else if (last >= nowMillis - remembered) {
        due = last + remembered + 1;
      } else {
        forgotten.add(channel);
        due = last >= nowMillis - listed ? last + listed + 1 : NEVER;
      }
      if (due == NEVER) {
        unlisted.add(channel);
      } else {
        later.put(channel.name().value(), (double) due);
      }
    }
    count(forgotten);
    if (!later.isEmpty()) {
      putDue(tenant, later, ZAddParams.zAddParams());
    }
    if (!unlisted.isEmpty()) {
      remove(tenant, unlisted, nowMillis - listed);
    }
  }

  private void putDue(TenantId tenant, Map<String, Double> names, ZAddParams params) {
    String key = ChannelKeys.due(redis, tenant);
    commands.run(bytes(key), () -> redis.commands().zadd(key, names, params));
  }

  /**
   * Removes names. A channel may be used again at the same moment, so it is checked again
   * afterwards.
   */
  private void remove(TenantId tenant, List<TenantChannel> channels, long beforeMillis) {
    String[] names = channels.stream().map(c -> c.name().value()).toArray(String[]::new);
    for (String key : List.of(ChannelKeys.index(redis, tenant), ChannelKeys.due(redis, tenant))) {
      commands.run(bytes(key), () -> redis.commands().zrem(key, names));
    }
    lastUsed(channels)
        .forEach(
            (channel, millis) -> {
              if (millis >= beforeMillis) {
                index.put(channel);
              }
            });
  }

  /** Counts forgotten channels, so that their next epochs differ from their last ones. */
  private void count(List<TenantChannel> forgotten) {
    if (redis.settings().kind() != RedisSettings.Kind.CLUSTER) {
      String key = ChannelKeys.epochs(redis);
      forgotten.stream()
          .map(channel -> ChannelKeys.of(redis, channel).group())
          .collect(Collectors.toSet())
          .forEach(
              group -> commands.run(bytes(key), () -> redis.commands().hincrBy(key, group, 1)));
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
}
