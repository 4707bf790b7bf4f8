package io.broadcasty.redis;

import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Which servers cannot be reached, so that everybody learns it at once instead of waiting for a
 * timeout. Safe for use by several threads.
 */
public final class Availability {

  private static final System.Logger LOG = System.getLogger(Availability.class.getName());

  private final Set<HostAndPort> down = ConcurrentHashMap.newKeySet();
  private final Function<byte[], HostAndPort> homes;

  /**
   * @param homes tells which server has a key
   */
  Availability(Function<byte[], HostAndPort> homes) {
    this.homes = homes;
  }

  /** Whether a server is not to be asked. */
  public boolean isDown(HostAndPort server) {
    return !down.isEmpty() && down.contains(server);
  }

  /** Whether the server that has a key is not to be asked, or is not known. */
  public boolean isDown(byte[] key) {
    try {
      return isDown(homes.apply(key));
    } catch (JedisException e) {
      return true;
    }
  }

  /**
   * Those that did not answer when they were last asked.
   *
   * @param primaries others are forgotten: nobody asks them any more
   */
  public Set<HostAndPort> down(Collection<HostAndPort> primaries) {
    down.retainAll(primaries);
    return Set.copyOf(down);
  }

  public boolean isAnyDown() {
    return !down.isEmpty();
  }

  /** A call to a server has failed. */
  public void failed(HostAndPort server, JedisException failure) {
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
  public void answered(HostAndPort server) {
    if (down.remove(server)) {
      LOG.log(Level.INFO, "Redis at " + server + " answers again");
    }
  }
}
