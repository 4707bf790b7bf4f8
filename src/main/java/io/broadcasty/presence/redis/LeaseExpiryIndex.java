package io.broadcasty.presence.redis;

import static io.broadcasty.presence.redis.PresenceKeys.bytes;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.infra.redis.ScriptClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Index of the channels that have leases, by the time when the next may end. A channel is added at
 * the latest shortly after a lease was given, and removed when it has none.
 */
final class LeaseExpiryIndex {

  private static final Script LEASES = Script.load(LeaseExpiryIndex.class, "leases.lua");
  private static final byte[] MAX_CHANNELS = bytes("100");

  private LeaseExpiryIndex() {}

  /**
   * Adds channels in each of which a lease ends after a time unless it is renewed.
   *
   * @param durationsMillis the times from now
   */
  static void add(Redis redis, ScriptClock clock, Map<TenantChannel, Long> durationsMillis) {
    if (durationsMillis.isEmpty()) {
      return;
    }
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(clock.argumentBytes());
    durationsMillis.forEach(
        (channel, millis) -> {
          arguments.add(bytes(Long.toString(millis)));
          arguments.add(bytes(PresenceKeys.format(channel)));
        });
    var unused =
        LEASES.run(redis.commands(), List.of(bytes(PresenceKeys.leaseExpiries(redis))), arguments);
  }

  /** Expires the leases that were not renewed in time. */
  static void expire(Redis redis, ScriptClock clock, MemberSweep sweep) {
    String key = PresenceKeys.leaseExpiries(redis);
    List<?> due =
        (List<?>)
            LEASES.run(
                redis.commands(),
                List.of(bytes(key)),
                List.of(clock.argumentBytes(), MAX_CHANNELS));
    for (Object each : due) {
      String text = new String((byte[]) each, StandardCharsets.UTF_8);
      TenantChannel channel = PresenceKeys.parse(text);
      if (!expireChannel(redis, sweep, key, text, channel)) {
        redis.commands().zrem(key, text);
        expireChannel(redis, sweep, key, text, channel); // a lease may have been given since
      }
    }
  }

  private static boolean expireChannel(
      Redis redis, MemberSweep sweep, String key, String text, TenantChannel channel) {
    long next = sweep.expire(channel);
    if (next > 0) {
      redis.commands().zadd(key, (double) next, text);
    }
    return next > 0;
  }
}
