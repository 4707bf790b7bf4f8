package io.broadcasty.streams.broker.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.resps.Tuple;

/**
 * The channels that nodes have published to lately: sorted sets in Redis, by the time of the note.
 * Only these may have announcements that were lost unnoticed, so a few queries replace a check of
 * each followed channel.
 */
@ThreadSafe
final class ChannelActivity {

  private static final System.Logger LOG = System.getLogger(ChannelActivity.class.getName());
  private static final int SHARDS = 16;

  /** How long notes may take from the time that they bear until they can be read. */
  private static final Duration OVERLAP = Duration.ofSeconds(5);

  /** For how long notes are kept; longer than a node takes to read them, even after an outage. */
  private static final Duration KEPT = Duration.ofMinutes(10);

  private static final int CHUNK = 1000;

  /** The number of notes beyond which channels are found by the slow check of all only. */
  private static final int MAX_NOTES = 100_000;

  private static final int MAX_READ = 10_000;

  private final Redis redis;
  private final Set<TenantChannel> published = ConcurrentHashMap.newKeySet();

  @ConfinedTo("the thread that detects gaps")
  private final long[] readMillis = new long[SHARDS];

  ChannelActivity(Redis redis) {
    this.redis = redis;
  }

  /** Notes that this node publishes to a channel; Redis is told with the next flush. */
  void onPublish(TenantChannel channel) {
    if (published.size() < MAX_NOTES) {
      published.add(channel);
    }
  }

  /**
   * Tells Redis to which channels this node has published since the last call. What a server does
   * not take is told with the next call.
   */
  void flush() {
    Map<String, Map<String, TenantChannel>> byKey = new HashMap<>();
    for (TenantChannel channel : List.copyOf(published)) {
      published.remove(channel); // first: later publications note it again
      String text = channel.tenant() + ":" + channel.name();
      byKey
          .computeIfAbsent(shardKey(Math.floorMod(text.hashCode(), SHARDS)), key -> new HashMap<>())
          .put(text, channel);
    }
    byKey.forEach(
        (key, noted) -> {
          try {
            flush(key, List.copyOf(noted.keySet()));
          } catch (JedisException e) {
            published.addAll(noted.values());
            LOG.log(Level.DEBUG, "Redis does not take which channels have publications", e);
          }
        });
  }

  private void flush(String key, List<String> channels) {
    double now = redis.clock().nowMillis();
    for (int from = 0; from < channels.size(); from += CHUNK) {
      Map<String, Double> scores = new HashMap<>();
      channels
          .subList(from, Math.min(channels.size(), from + CHUNK))
          .forEach(channel -> scores.put(channel, now));
      redis.commands().zadd(key, scores);
    }
    redis.commands().zremrangeByScore(key, 0, now - KEPT.toMillis());
    redis.commands().pexpire(key, 2 * KEPT.toMillis());
  }

  /**
   * Returns the channels that nodes have published to since the last call, as far as servers
   * answer; the next call returns the others.
   */
  Set<TenantChannel> readChanged() {
    Set<TenantChannel> changed = new HashSet<>();
    for (int shard = 0; shard < SHARDS; shard++) {
      try {
        long now = redis.clock().nowMillis();
        changed.addAll(
            read(
                shardKey(shard),
                Math.max(readMillis[shard] - OVERLAP.toMillis(), now - KEPT.toMillis())));
        readMillis[shard] = now;
      } catch (JedisException e) {
        LOG.log(Level.DEBUG, "Redis does not tell which channels have publications", e);
      }
    }
    return changed;
  }

  @SuppressWarnings("deprecation") // what replaces ZRANGEBYSCORE needs Redis 6.2
  private List<TenantChannel> read(String key, long sinceMillis) {
    List<TenantChannel> found = new ArrayList<>();
    double from = (double) sinceMillis;
    while (true) {
      List<Tuple> page =
          redis
              .commands()
              .zrangeByScoreWithScores(key, from, Double.POSITIVE_INFINITY, 0, MAX_READ);
      page.forEach(tuple -> found.add(channel(tuple.getElement())));
      double last = page.isEmpty() ? from : page.get(page.size() - 1).getScore();
      if (page.size() < MAX_READ || last <= from) {
        return found;
      }
      from = last;
    }
  }

  private String shardKey(int shard) {
    return redis.key("act:" + shard);
  }

  private static TenantChannel channel(String text) {
    int colon = text.indexOf(':');
    return new TenantChannel(
        new TenantId(text.substring(0, colon)), new ChannelName(text.substring(colon + 1)));
  }
}
