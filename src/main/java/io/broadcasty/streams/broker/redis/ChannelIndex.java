package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.collection.BoundedMap;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.PubSub;
import io.broadcasty.infra.redis.Redis;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.ZAddParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * The index of channels that have a stream: sorted sets of names, one for each tenant. A name is
 * added before the channel's first publication and removed after the channel was forgotten.
 */
@ThreadSafe
final class ChannelIndex {

  private static final System.Logger LOG = System.getLogger(ChannelIndex.class.getName());
  private static final int CHUNK = 500;
  private static final int REMEMBERED = 10_000;
  private static final int MAX_UNLISTED = 10_000;

  /** So few that the thread which detects gaps soon goes on with that. */
  static final int MAX_ADDED_AT_ONCE = 200;

  private final Redis redis;
  private final KeyCommands commands;
  private final PubSub pubSub;

  /** Channels that this node has added. */
  @GuardedBy("this")
  private final Map<TenantChannel, Boolean> added = BoundedMap.ofLatestUsed(REMEMBERED);

  /** Channels to be added once the servers of the index answer. */
  @GuardedBy("this")
  private final Map<TenantChannel, Boolean> unlisted = BoundedMap.ofLatestAdded(MAX_UNLISTED);

  ChannelIndex(Redis redis, KeyCommands commands, PubSub pubSub) {
    this.redis = redis;
    this.commands = commands;
    this.pubSub = pubSub;
  }

  /**
   * Adds the name, the first time that this node appends to the channel. While a server of the
   * index does not answer, publishing goes on, and the name is added afterwards.
   */
  void add(TenantChannel channel) {
    if (!isAdded(channel)) {
      addNow(channel, false);
    }
  }

  private synchronized boolean isAdded(TenantChannel channel) {
    return added.get(channel) != null;
  }

  /**
   * Handles a channel's first publication: adds its name again, which may have been removed in the
   * meantime, and announces the channel to the nodes.
   */
  void onFirstPublication(TenantChannel channel) {
    addNow(channel, true);
  }

  /** Adds some of the names that could not be added before; a later call adds the others. */
  void addUnlisted() {
    takeUnlisted().forEach(channel -> addNow(channel, true));
  }

  private synchronized List<TenantChannel> takeUnlisted() {
    List<TenantChannel> channels = unlisted.keySet().stream().limit(MAX_ADDED_AT_ONCE).toList();
    channels.forEach(unlisted.keySet()::remove);
    return channels;
  }

  private void addNow(TenantChannel channel, boolean announce) {
    try {
      if (!isDown(channel.tenant())) {
        put(channel);
        if (announce) {
          announce(channel);
        }
        recordAdded(channel);
        return;
      }
    } catch (JedisException e) {
      LOG.log(Level.DEBUG, "Cannot add the name of a channel; trying again", e);
    }
    recordUnlisted(channel);
  }

  private synchronized void recordAdded(TenantChannel channel) {
    added.put(channel, true);
  }

  /** Forgets that the name was added, so that the next publication adds it in any case. */
  private synchronized void recordUnlisted(TenantChannel channel) {
    added.remove(channel);
    unlisted.put(channel, true);
  }

  /** Returns whether a server must not be used now that has a key of a tenant's index. */
  private boolean isDown(TenantId tenant) {
    return Stream.of(
            ChannelKeys.tenants(redis),
            ChannelKeys.due(redis, tenant),
            ChannelKeys.index(redis, tenant),
            ChannelKeys.newChannels(redis, tenant))
        .anyMatch(key -> redis.availability().isDown(bytes(key)));
  }

  private void announce(TenantChannel channel) {
    String key = ChannelKeys.newChannels(redis, channel.tenant());
    commands.run(
        bytes(key),
        () -> {
          pubSub.publish(key, bytes(channel.name().value()));
          return true;
        });
  }

  /** Returns names as {@link io.broadcasty.streams.broker.Broker#channels} describes. */
  List<ChannelName> names(TenantId tenant, ChannelPattern pattern, int limit) {
    return names(tenant, pattern, pattern.prefix().isEmpty() ? "-" : "[" + pattern.prefix(), limit);
  }

  /** Returns names as {@link io.broadcasty.streams.broker.Broker#channels} describes. */
  List<ChannelName> names(TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    String begin = prefix.isEmpty() ? "-" : "[" + prefix;
    if (after != null && after.value().compareTo(prefix) >= 0) {
      begin = "(" + after.value();
    }
    return page(ChannelKeys.index(redis, tenant), begin, limit).stream()
        .takeWhile(name -> name.startsWith(prefix))
        .map(ChannelName::new)
        .toList();
  }

  /** Returns the number of a tenant's channels. */
  long count(TenantId tenant) {
    String key = ChannelKeys.index(redis, tenant);
    return commands.read(bytes(key), () -> redis.commands().zcard(key));
  }

  /**
   * Returns channels of all tenants, in order of tenant and name.
   *
   * @param after the channel before the first one to return; null to begin with the first
   */
  List<TenantChannel> channels(ChannelPattern pattern, @Nullable TenantChannel after, int limit) {
    List<TenantChannel> found = new ArrayList<>();
    for (String name : tenants()) {
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

  /**
   * Returns some of the tenants that have channels, and where to go on.
   *
   * @param cursor as SSCAN takes it
   */
  ScanResult<String> tenants(String cursor) {
    String key = ChannelKeys.tenants(redis);
    return commands.read(
        bytes(key), () -> redis.commands().sscan(key, cursor, new ScanParams().count(CHUNK)));
  }

  /** Returns the names of all tenants in order, read in parts so that none keeps Redis long. */
  private SortedSet<String> tenants() {
    SortedSet<String> names = new TreeSet<>();
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<String> page = tenants(cursor);
      names.addAll(page.getResult());
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    return names;
  }

  private List<ChannelName> names(
      TenantId tenant, ChannelPattern pattern, String begin, int limit) {
    String key = ChannelKeys.index(redis, tenant);
    List<ChannelName> found = new ArrayList<>();
    String from = begin;
    while (true) {
      List<String> names = page(key, from, CHUNK);
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

  @SuppressWarnings("deprecation") // ZRANGE with BYLEX needs Redis 6.2
  private List<String> page(String key, String from, int limit) {
    return commands.read(bytes(key), () -> redis.commands().zrangeByLex(key, from, "+", 0, limit));
  }

  /** Adds a name, and has the pruning look at the channel soon. */
  void put(TenantChannel channel) {
    String name = channel.name().value();
    String tenants = ChannelKeys.tenants(redis);
    String due = ChannelKeys.due(redis, channel.tenant());
    String index = ChannelKeys.index(redis, channel.tenant());
    commands.run(bytes(tenants), () -> redis.commands().sadd(tenants, channel.tenant().value()));
    commands.run(
        bytes(due), () -> redis.commands().zadd(due, 0, name, ZAddParams.zAddParams().nx()));
    commands.run(bytes(index), () -> redis.commands().zadd(index, 0, name));
  }
}
