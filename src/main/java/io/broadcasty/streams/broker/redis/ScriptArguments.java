package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.ScriptClock;
import io.broadcasty.streams.broker.Epochs;
import io.broadcasty.streams.broker.RetentionLookup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The common first arguments of every script about a channel. */
final class ScriptArguments {

  private static final Duration IDLE_BEFORE_EVICTION = Duration.ofHours(24);

  private final ScriptClock clock;
  private final RetentionLookup retention;

  ScriptArguments(RetentionLookup retention, ScriptClock clock) {
    this.clock = clock;
    this.retention = retention;
  }

  /**
   * Returns the arguments for a call about a channel.
   *
   * @param partitions those whose streams are among the keys, in that order
   */
  List<byte[]> arguments(TenantChannel channel, Collection<Integer> partitions) {
    Retention limits = retention.of(channel);
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(clock.argumentBytes());
    arguments.add(bytes(idleMillis(channel.tenant())));
    arguments.add(bytes(Epochs.next()));
    arguments.add(bytes(limits.age().toMillis()));
    arguments.add(bytes(limits.maxCount()));
    arguments.add(bytes(limits.maxBytes()));
    arguments.add(bytes(partitions.stream().map(String::valueOf).collect(Collectors.joining(","))));
    return arguments;
  }

  /** Returns how long an unused channel is remembered in the index, whichever its tenant. */
  long longestIdleMillis() {
    return idleMillis(retention.longestAge());
  }

  /** Returns how long an unused channel of this tenant is remembered. */
  long idleMillis(TenantId tenant) {
    return idleMillis(retention.longestAge(tenant));
  }

  /**
   * Returns the time that scripts take for the current one.
   *
   * @param redisMillis the time of Redis
   */
  long nowMillis(long redisMillis) {
    String other = clock.argument();
    return other.isEmpty() ? redisMillis : Long.parseLong(other);
  }

  /**
   * Returns the partitions whose streams a script requests; null when its reply is a result.
   *
   * <p>A script is called with the streams that it probably needs, since it may use no key that was
   * not passed to it.
   */
  static @Nullable List<Integer> requested(Object reply) {
    if (!(reply instanceof List<?> list) || list.isEmpty() || list.get(0) != null) {
      return null;
    }
    String numbers = new String((byte[]) list.get(1), StandardCharsets.US_ASCII);
    return Arrays.stream(numbers.split(",", -1)).map(Integer::valueOf).toList();
  }

  /** Returns how long Redis keeps the hash of a channel of this tenant. */
  long rememberedMillis(TenantId tenant) {
    return idleMillis(tenant) + Duration.ofHours(1).toMillis();
  }

  private static long idleMillis(Duration age) {
    return Math.max(IDLE_BEFORE_EVICTION.toMillis(), age.toMillis());
  }
}
