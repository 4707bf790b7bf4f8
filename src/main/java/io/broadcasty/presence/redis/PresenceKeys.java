package io.broadcasty.presence.redis;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The Redis keys of a channel's members. They share a hash tag, so that a Redis Cluster stores them
 * on one server.
 *
 * @param scripts the keys for the scripts: members, holders, count of changes, each node's last
 *     call
 * @param announcements the pub/sub channel of changes
 */
record PresenceKeys(List<byte[]> scripts, String announcements) {

  static PresenceKeys of(Redis redis, TenantChannel channel) {
    String tag = "{" + format(channel) + "}";
    return new PresenceKeys(
        List.of(
            bytes(redis.key("prs:" + tag)),
            bytes(redis.key("prh:" + tag)),
            bytes(redis.key("prv:" + tag)),
            bytes(redis.key("prc:" + tag))),
        redis.key("pra:" + tag));
  }

  byte[] version() {
    return scripts.get(2);
  }

  /** Returns the key of each node's last call, whose fields tell which nodes may hold members. */
  byte[] calls() {
    return scripts.get(3);
  }

  /** Formats a channel as one text, which {@link #parse} parses. */
  static String format(TenantChannel channel) {
    return channel.tenant() + ":" + channel.name();
  }

  /** Parses a text that {@link #format} has formatted. */
  static TenantChannel parse(String text) {
    int colon = text.indexOf(':');
    return new TenantChannel(
        new TenantId(text.substring(0, colon)), new ChannelName(text.substring(colon + 1)));
  }

  /** Returns the key of the set of channels in which a node holds members. */
  static String heldBy(Redis redis, String node) {
    return redis.key("prn:" + node);
  }

  /** Returns the key of the sorted set of channels with leases, by when one may end. */
  static String leaseExpiries(Redis redis) {
    return redis.key("prd");
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
