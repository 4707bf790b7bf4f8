package io.broadcasty.streams.broker.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisAvailability;
import java.util.function.Supplier;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Runs the commands of one key each, and records their failures for the server that has the key. In
 * a Cluster, the keys of one task may be on several servers, of which only one has failed.
 */
@ThreadSafe
final class KeyCommands {

  private final Redis redis;
  private final RedisAvailability availability;

  KeyCommands(Redis redis) {
    this.redis = redis;
    this.availability = redis.availability();
  }

  /**
   * Runs a command.
   *
   * @throws JedisException when it fails, or at once when the server must not be used now
   */
  <T> T run(byte[] key, Supplier<T> command) {
    if (availability.isDown(key)) {
      throw new JedisConnectionException("the server of the key is known not to serve");
    }
    try {
      return command.get();
    } catch (JedisException e) {
      recordFailure(key, e);
      throw e;
    }
  }

  /**
   * Runs a command that only reads, once more when a connection turns out to be broken.
   *
   * @throws JedisException as {@link #run} does
   */
  <T> T read(byte[] key, Supplier<T> command) {
    return run(
        key,
        () -> {
          try {
            return command.get();
          } catch (JedisConnectionException e) {
            return command.get();
          }
        });
  }

  private void recordFailure(byte[] key, JedisException failure) {
    try {
      var unused = availability.recordFailure(redis.serverOf(key), failure);
    } catch (JedisException e) { // no server has the key
      availability.recordUnassignedKey();
    }
  }
}
