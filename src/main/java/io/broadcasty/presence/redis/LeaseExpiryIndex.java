package io.broadcasty.presence.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.Redis;
import java.util.List;
import redis.clients.jedis.params.ZAddParams;

/**
 * Index of the channels that have leases, by the time when the next may end. A channel is added at
 * the latest shortly after a lease was given, and removed when it has none.
 */
final class LeaseExpiryIndex {

  private static final int MAX_CHANNELS = 100;

  private LeaseExpiryIndex() {}

  /** Adds a channel whose lease ends at this time unless it is renewed. */
  static void add(Redis redis, TenantChannel channel, long millis) {
    redis
        .commands()
        .zadd(
            PresenceKeys.leaseExpiries(redis),
            (double) millis,
            PresenceKeys.format(channel),
            ZAddParams.zAddParams().nx());
  }

  /** Expires the leases that were not renewed in time. */
  @SuppressWarnings("deprecation") // ZRANGE with BYSCORE needs Redis 6.2
  static void expire(Redis redis, PresenceOperationQueue operations, long nowMillis) {
    String key = PresenceKeys.leaseExpiries(redis);
    List<String> due = redis.commands().zrangeByScore(key, 0, (double) nowMillis, 0, MAX_CHANNELS);
    for (String text : due) {
      TenantChannel channel = PresenceKeys.parse(text);
      if (!expireChannel(redis, operations, key, text, channel)) {
        redis.commands().zrem(key, text);
        expireChannel(redis, operations, key, text, channel); // a lease may have been given since
      }
    }
  }

  private static boolean expireChannel(
      Redis redis,
      PresenceOperationQueue operations,
      String key,
      String text,
      TenantChannel channel) {
    long next = operations.run(channel, "expire", "");
    if (next > 0) {
      redis.commands().zadd(key, (double) next, text);
    }
    return next > 0;
  }
}
