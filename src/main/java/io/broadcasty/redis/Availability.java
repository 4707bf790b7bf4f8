package io.broadcasty.redis;

import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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

  /** Servers that have been in use; null while anybody may use any. */
  private volatile @Nullable Set<HostAndPort> tried;

  /** Whether a server was asked for that has not been tried, or a key that no server has. */
  private volatile boolean stranger;

  private volatile Runnable wake = () -> {};

  /** Servers that were asked for before they had been tried. */
  private final Set<HostAndPort> awaited = ConcurrentHashMap.newKeySet();

  private final Function<byte[], HostAndPort> homes;

  /**
   * @param homes tells which server has a key
   */
  Availability(Function<byte[], HostAndPort> homes) {
    this.homes = homes;
  }

  /** Whether a server is not to be asked. */
  public boolean isDown(HostAndPort server) {
    Set<HostAndPort> known = tried;
    if (known != null && !known.contains(server)) {
      stranger = true;
      if (awaited.add(server)) { // else it has been tried in vain, and is again each round
        wake.run();
      }
      return true;
    }
    return !down.isEmpty() && down.contains(server);
  }

  /** A key was asked for that no server is known to have. */
  public void homeless() {
    stranger = true;
  }

  /** Whether a server has taken over that nobody has tried yet. */
  public boolean hasNewcomers(Collection<HostAndPort> primaries) {
    Set<HostAndPort> known = tried;
    return known != null && !known.containsAll(primaries);
  }

  /**
   * From now on a server that takes over is not to be asked before somebody has tried it; see
   * {@link #toBeTried}.
   *
   * @param primaries those that may be used at once
   * @param now has the others tried, soon
   */
  public void tryNewcomers(Collection<HostAndPort> primaries, Runnable now) {
    Set<HostAndPort> known = ConcurrentHashMap.newKeySet();
    known.addAll(primaries);
    wake = now;
    tried = known;
  }

  /** Whether the server that has a key is not to be asked, or is not known. */
  public boolean isDown(byte[] key) {
    try {
      return isDown(homes.apply(key));
    } catch (JedisException e) {
      homeless();
      return true;
    }
  }

  /**
   * Those that did not answer when they were last asked, and those that are new.
   *
   * @param primaries others are forgotten: nobody asks them any more
   */
  public Set<HostAndPort> toBeTried(Collection<HostAndPort> primaries) {
    stranger = false;
    down.retainAll(primaries);
    Set<HostAndPort> all = new HashSet<>(down);
    Set<HostAndPort> known = tried;
    if (known != null) {
      known.retainAll(primaries);
      all.addAll(primaries);
      all.removeIf(server -> known.contains(server) && !down.contains(server));
    }
    return all;
  }

  /** Whether something is out of reach, or not where it was. */
  public boolean isAnyDown() {
    return stranger || !down.isEmpty();
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
    Set<HostAndPort> known = tried;
    if (known != null) {
      known.add(server);
      awaited.remove(server);
    }
    if (down.remove(server)) {
      LOG.log(Level.INFO, "Redis at " + server + " answers again");
    }
  }
}
