package io.broadcasty.streams.broker.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * The Redis keys of a channel's data. They share a hash tag, so that a Cluster keeps them on one
 * server. A tenant's id contains no colon and a channel's name no brace, so that no two channels
 * share a tag.
 *
 * @param hash the key of the epoch and the heads
 * @param epochs the key of what the epochs of unknown channels are computed from; {@code hash} in a
 *     Cluster
 * @param streams the beginning of the partitions' keys
 * @param ids the beginning of the keys of the ids' positions
 * @param announcements the pub/sub channel of its publications
 */
record ChannelKeys(byte[] hash, byte[] epochs, String streams, String ids, String announcements) {

  static ChannelKeys of(Redis redis, TenantChannel channel) {
    String tag = "{" + channel.tenant() + ":" + channel.name() + "}";
    byte[] hash = bytes(redis.key("seq:" + tag));
    return new ChannelKeys(
        hash,
        redis.settings().kind() == RedisSettings.Kind.CLUSTER ? hash : bytes(epochs(redis)),
        redis.key("rpl:" + tag + ":"),
        redis.key("ids:" + tag + ":"),
        redis.key("ann:" + tag));
  }

  /** Returns the keys of scripts, with the streams of partitions. */
  List<byte[]> scripts(Collection<Integer> partitions) {
    List<byte[]> keys = new ArrayList<>(partitions.size() + 2);
    keys.add(hash);
    keys.add(epochs);
    partitions.forEach(partition -> keys.add(bytes(streams + partition)));
    return keys;
  }

  /** Returns the key of an id's position. */
  byte[] id(String id) {
    return bytes(ids + id);
  }

  /** Returns the key of what the epochs of unknown channels are computed from. */
  static String epochs(Redis redis) {
    return redis.key("epochs");
  }

  /** Returns the key of the copy that is to replace the stream of a partition. */
  byte[] copy(int partition) {
    return bytes(streams + partition + ":copy");
  }

  /** Returns the key of who copies the stream of a partition. */
  byte[] copier(int partition) {
    return bytes(streams + partition + ":copier");
  }

  /**
   * Returns the group in which a channel is counted when it is forgotten, as scripts compute it:
   * many channels share a count, so that little is kept.
   */
  String group() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(hash);
      return HexFormat.of().formatHex(digest).substring(0, 3);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-1", e);
    }
  }

  /** Returns the key of the names of a tenant's channels. */
  static String index(Redis redis, TenantId tenant) {
    return redis.key("chn:" + tenant);
  }

  /**
   * Returns the key of the same names, ordered by when each is to be checked for being forgotten.
   */
  static String due(Redis redis, TenantId tenant) {
    return redis.key("due:" + tenant);
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
