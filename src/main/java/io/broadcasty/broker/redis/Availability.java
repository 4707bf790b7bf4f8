package io.broadcasty.broker.redis;

import io.broadcasty.broker.BrokerException;
import io.broadcasty.redis.Redis;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Which servers cannot be reached, so that everybody learns it at once instead of waiting for a
 * timeout. Safe for use by several threads.
 */
final class Availability {

  private static final System.Logger LOG = System.getLogger(Availability.class.getName());

  private static final String UNREACHABLE = "Redis cannot be reached";

  private final Set<HostAndPort> down = ConcurrentHashMap.newKeySet();

  boolean isDown(HostAndPort server) {
    return !down.isEmpty() && down.contains(server);
  }

  /**
   * Those that did not answer when they were last asked.
   *
   * @param primaries others are forgotten: nobody asks them any more
   */
  Set<HostAndPort> down(Collection<HostAndPort> primaries) {
    down.retainAll(primaries);
    return Set.copyOf(down);
  }

  boolean isAnyDown() {
    return !down.isEmpty();
  }

  /** Why the server that has a key is not to be asked; null when it is. */
  @Nullable BrokerException fault(Redis redis, byte[] key) {
    try {
      return isDown(redis.home(key)) ? new BrokerException(UNREACHABLE, null) : null;
    } catch (JedisException e) {
      return new BrokerException(UNREACHABLE, e);
    }
  }

  /** A call to a server has failed. */
  void failed(HostAndPort server, JedisException failure) {
    if (failure instanceof JedisConnectionException && down.add(server)) {
      LOG.log(
          Level.WARNING,
          "Redis at "
              + server
              + " cannot be reached: "
              + failure.getMessage()
              + "; until it can, publications that need it are refused (broadcasty.redis.url)");
    }
  }

  /** It has answered. */
  void answered(HostAndPort server) {
    if (down.remove(server)) {
      LOG.log(Level.INFO, "Redis at " + server + " answers again");
    }
  }
}
