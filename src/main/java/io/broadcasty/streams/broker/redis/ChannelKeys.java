package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The Redis keys of a channel's data. They share a hash tag, so that a Cluster keeps them on one
 * server. A tenant's id contains no colon and a channel's name no brace, so that no two channels
 * share a tag.
 *
 * @param scripts the keys passed to scripts: the hash, the prefix of streams, the prefix of ids
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

  /** Returns the key of the hash with the epoch and the heads. */
  byte[] hash() {
    return scripts.get(0);
  }

  /** Returns the key of the names of a tenant's channels. */
  static String index(Redis redis, TenantId tenant) {
    return redis.key("chn:" + tenant);
  }

  /** Returns the pub/sub channel that announces a tenant's new channels. */
  static String newChannels(Redis redis, TenantId tenant) {
    return redis.key("new:" + tenant);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(long number) {
    return bytes(Long.toString(number));
  }

  /** Returns the key of the tenants that have channels. */
  static String tenants(Redis redis) {
    return redis.key("tenants");
  }
}
