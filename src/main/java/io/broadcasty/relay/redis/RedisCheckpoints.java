package io.broadcasty.relay.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.core.format.TextVersion;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.relay.Checkpoints;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Position;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * Stores checkpoints on Redis: for each channel a hash with the positions by partition, and the
 * claim as a key that expires. Both have the hash tag of the channel's stream.
 */
@ThreadSafe
public final class RedisCheckpoints implements Checkpoints {

  private static final System.Logger LOG = System.getLogger(RedisCheckpoints.class.getName());
  private static final String WHAT = "checkpoints of the relay";
  private static final Script CLAIM = Script.load(RedisCheckpoints.class, "claim.lua");
  private static final Script SAVE = Script.load(RedisCheckpoints.class, "save.lua");
  private static final Script RELEASE = Script.load(RedisCheckpoints.class, "release.lua");

  private final Redis redis;
  private final String scope;
  private final byte[] leaseMillis;
  private final byte[] keptMillis;

  /**
   * Creates a store.
   *
   * @param redis stays open
   * @param lease of a claim
   * @param kept for how long a channel is remembered after it was used last
   */
  public RedisCheckpoints(Redis redis, Duration lease, Duration kept) {
    this(redis, "", lease, kept);
  }

  /**
   * Creates a store whose checkpoints are apart from those of others.
   *
   * @param scope a name without a colon; empty for the relay to providers
   */
  public RedisCheckpoints(Redis redis, String scope, Duration lease, Duration kept) {
    this.redis = redis;
    this.scope = scope.isEmpty() ? "" : ":" + scope;
    this.leaseMillis = bytes(Long.toString(lease.toMillis()));
    this.keptMillis = bytes(Long.toString(kept.toMillis()));
  }

  @Override
  public long startedAt(long nowMillis) {
    String key = redis.key("relay-since" + scope);
    return call(
        bytes(key),
        () -> {
          redis.commands().set(key, Long.toString(nowMillis), new SetParams().nx());
          return Long.parseLong(redis.commands().get(key));
        });
  }

  @Override
  public @Nullable Map<Integer, Position> claim(TenantChannel channel, String owner) {
    List<byte[]> keys = keys(channel);
    Object reply = run(CLAIM, keys, List.of(bytes(owner), leaseMillis));
    try {
      return reply instanceof List<?> fields ? positions(fields) : null;
    } catch (BrokerException e) {
      release(channel, owner); // a newer node can relay it at once
      throw e;
    }
  }

  @Override
  public Map<Integer, Position> read(TenantChannel channel) {
    byte[] hash = keys(channel).get(0);
    return call(
        hash,
        () -> {
          Map<Integer, Position> relayed = new HashMap<>();
          redis.commands().hgetAll(hash).forEach((field, value) -> put(relayed, field, value));
          return relayed;
        });
  }

  @Override
  public Map<TenantChannel, Map<Integer, Position>> read(Collection<TenantChannel> channels) {
    Map<TenantChannel, Map<Integer, Position>> relayed = new HashMap<>();
    List<TenantChannel> reachable =
        channels.stream()
            .filter(channel -> !redis.availability().isDown(keys(channel).get(0)))
            .toList();
    redis
        .queryAll(
            reachable,
            channel -> keys(channel).get(0),
            (pipeline, channel) -> pipeline.hgetAll(keys(channel).get(0)))
        .forEach(
            (channel, fields) -> {
              try {
                Map<Integer, Position> positions = new HashMap<>();
                fields.forEach((field, value) -> put(positions, field, value));
                relayed.put(channel, positions);
              } catch (BrokerException e) { // reported when the channel is relayed
                relayed.put(channel, Map.of());
                LOG.log(Level.DEBUG, "Checkpoints of a channel cannot be read", e);
              }
            });
    return relayed;
  }

  @Override
  public boolean save(TenantChannel channel, String owner, Position relayed) {
    Object reply =
        run(
            SAVE,
            keys(channel),
            List.of(
                bytes(owner),
                leaseMillis,
                bytes(Integer.toString(relayed.partition())),
                bytes(relayed.epoch() + ":" + relayed.sequence()),
                keptMillis));
    return Long.valueOf(1).equals(reply);
  }

  @Override
  public void release(TenantChannel channel, String owner) {
    run(RELEASE, keys(channel), List.of(bytes(owner)));
  }

  /** Does nothing, since the keys expire. */
  @Override
  public void prune() {}

  private static Map<Integer, Position> positions(List<?> fields) {
    Map<Integer, Position> relayed = new HashMap<>();
    for (int i = 0; i < fields.size(); i += 2) {
      put(relayed, (byte[]) fields.get(i), (byte[]) fields.get(i + 1));
    }
    return relayed;
  }

  private static void put(Map<Integer, Position> relayed, byte[] field, byte[] value) {
    try {
      TextVersion.requireVersionOne(WHAT, value);
      Position position = position(field, value);
      relayed.put(position.partition(), position);
    } catch (UnknownVersionException e) {
      throw BrokerException.undecodable(e.getMessage(), e);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      UnknownVersionException unknown = DecodingFailures.malformed(WHAT, e);
      throw BrokerException.undecodable(unknown.getMessage(), unknown);
    }
  }

  private static Position position(byte[] field, byte[] value) {
    int partition = Integer.parseInt(new String(field, UTF_8));
    String text = new String(value, UTF_8);
    int colon = text.lastIndexOf(':');
    return new Position(
        text.substring(0, colon), partition, Long.parseLong(text.substring(colon + 1)));
  }

  private List<byte[]> keys(TenantChannel channel) {
    String tag = "{" + channel.tenant() + ":" + channel.name() + "}";
    return List.of(
        bytes(redis.key("rly" + scope + ":" + tag)), bytes(redis.key("rlc" + scope + ":" + tag)));
  }

  private @Nullable Object run(Script script, List<byte[]> keys, List<byte[]> arguments) {
    return this.<@Nullable Object>call(
        keys.get(0), () -> script.run(redis.commands(), keys, arguments));
  }

  private <T extends @Nullable Object> T call(byte[] key, Supplier<T> work) {
    if (redis.availability().isDown(key)) {
      throw new BrokerException("Redis cannot be reached", null);
    }
    try {
      return work.get();
    } catch (JedisException e) {
      throw new BrokerException("cannot use the relay's checkpoints on Redis", e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
