package io.broadcasty.broker.redis;

import io.broadcasty.channel.TenantChannel;
import io.broadcasty.redis.Redis;
import io.broadcasty.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The names that a channel's data have in Redis. They share a hash tag, so that a Cluster keeps
 * them on one server. A tenant's id has no colon and a channel's name no brace, so that no two
 * channels share a tag.
 *
 * @param scripts what the scripts are given: the hash, what streams begin with, what ids begin with
 * @param announcements the pub/sub channel of its publications
 */
record ChannelKeys(List<byte[]> scripts, String announcements) {

  static ChannelKeys of(Redis redis, TenantChannel channel) {
    String tag = "{" + channel.tenant() + ":" + channel.name() + "}";
    return new ChannelKeys(
        List.of(
            bytes(redis.key("seq:" + tag)),
            bytes(redis.key("rpl:" + tag)),
            bytes(redis.key("ids:" + tag))),
        redis.key("ann:" + tag));
  }

  /** The hash with the epoch and the heads. */
  byte[] hash() {
    return scripts.get(0);
  }

  /** The names of a tenant's channels. */
  static String index(Redis redis, TenantId tenant) {
    return redis.key("chn:" + tenant);
  }

  /** The pub/sub channel with the names of a tenant's channels that have come into being. */
  static String newborn(Redis redis, TenantId tenant) {
    return redis.key("new:" + tenant);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(long number) {
    return bytes(Long.toString(number));
  }

  /** The names of tenants that have channels. */
  static String tenants(Redis redis) {
    return redis.key("tenants");
  }
}
