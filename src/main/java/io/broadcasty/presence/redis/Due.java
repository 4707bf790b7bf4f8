package io.broadcasty.presence.redis;

import io.broadcasty.channel.TenantChannel;
import io.broadcasty.redis.Redis;
import java.util.List;
import redis.clients.jedis.params.ZAddParams;

/**
 * Index of the channels that have leases, by the time when the next may end. A channel is added at
 * the latest shortly after a lease was given, and removed when it has none.
 */
final class Due {

  private static final int AT_ONCE = 100;

  private Due() {}

  /** Adds a channel whose lease ends at this time unless it is renewed. */
  static void note(Redis redis, TenantChannel channel, long millis) {
    redis
        .commands()
        .zadd(
            PresenceKeys.due(redis),
            (double) millis,
            PresenceKeys.text(channel),
            ZAddParams.zAddParams().nx());
  }

  /** Expires the leases that were not renewed in time. */
  @SuppressWarnings("deprecation") // ZRANGE with BYSCORE needs Redis 6.2
  static void expire(Redis redis, Steps operations, long nowMillis) {
    String key = PresenceKeys.due(redis);
    List<String> due = redis.commands().zrangeByScore(key, 0, (double) nowMillis, 0, AT_ONCE);
    for (String text : due) {
      TenantChannel channel = PresenceKeys.channel(text);
      if (!next(redis, operations, key, text, channel)) {
        redis.commands().zrem(key, text);
        next(redis, operations, key, text, channel); // a lease may have been given since
      }
    }
  }

  private static boolean next(
      Redis redis, Steps operations, String key, String text, TenantChannel channel) {
    long next = operations.run(channel, "expire", "");
    if (next > 0) {
      redis.commands().zadd(key, (double) next, text);
    }
    return next > 0;
  }
}
