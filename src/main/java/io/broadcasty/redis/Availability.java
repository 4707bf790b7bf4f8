package io.broadcasty.redis;

import com.google.errorprone.annotations.ThreadSafe;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Which servers do not serve, and why, so that everybody learns it at once instead of waiting for a
 * timeout, and the log says it once. Whoever meets a failure reports it; one thread tries the
 * servers concerned until they serve again.
 */
@ThreadSafe
public final class Availability {

  private static final System.Logger LOG = System.getLogger(Availability.class.getName());

  /** A full server takes a write now and then: only so many in a row are the end of it. */
  private static final int GOOD_IN_A_ROW = 8;

  /** A time in which a server does not serve. */
  private record Episode(Fault fault, int good) {}

  private final Map<HostAndPort, Episode> episodes = new ConcurrentHashMap<>();
  private final Function<byte[], HostAndPort> homes;

  /** Servers that have been in use; null while anybody may use any. */
  private volatile @Nullable Set<HostAndPort> known;

  /** Servers that were asked for before they had been tried. */
  private final Set<HostAndPort> awaited = ConcurrentHashMap.newKeySet();

  /** Whether a server was asked for that is not known, or a key that no server has. */
  private volatile boolean lost;

  private volatile Runnable wake = () -> {};

  /**
   * @param homes tells which server has a key
   */
  Availability(Function<byte[], HostAndPort> homes) {
    this.homes = homes;
  }

  /**
   * From now on a server that takes over is not to be asked before it has been tried; see {@link
   * #toBeTried}.
   *
   * @param primaries those that may be used at once
   * @param now has the others tried, soon
   */
  public void tryNewcomers(Collection<HostAndPort> primaries, Runnable now) {
    Set<HostAndPort> used = ConcurrentHashMap.newKeySet();
    used.addAll(primaries);
    wake = now;
    known = used;
  }

  /** Whether a server is not to be asked. */
  public boolean isDown(HostAndPort server) {
    Set<HostAndPort> used = known;
    if (used != null && !used.contains(server)) {
      lost = true;
      if (awaited.add(server)) { // else it has been tried in vain, and is again each round
        wake.run();
      }
      return true;
    }
    Episode episode = episodes.isEmpty() ? null : episodes.get(server);
    return episode != null && episode.fault().isOfAll();
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

  /** A key was asked for that no server is known to have. */
  public void homeless() {
    lost = true;
  }

  /** Whether there is something to be tried, or to be looked for. */
  public boolean isAnyAmiss() {
    return lost || !episodes.isEmpty();
  }

  /** Whether a server has taken over that nobody has tried yet. */
  public boolean hasNewcomers(Collection<HostAndPort> primaries) {
    Set<HostAndPort> used = known;
    return used != null && !used.containsAll(primaries);
  }

  /**
   * Those that did not serve when they were last asked, and those that are new.
   *
   * @param primaries others are forgotten: nobody asks them any more
   */
  public Set<HostAndPort> toBeTried(Collection<HostAndPort> primaries) {
    lost = false;
    episodes.keySet().retainAll(primaries);
    Set<HostAndPort> all = new HashSet<>(episodes.keySet());
    Set<HostAndPort> used = known;
    if (used != null) {
      used.retainAll(primaries);
      primaries.stream().filter(server -> !used.contains(server)).forEach(all::add);
    }
    return all;
  }

  /** A call to a server has failed; whether that is because the server does not serve. */
  public boolean failed(HostAndPort server, JedisException failure) {
    Fault fault = Fault.of(failure);
    if (fault == null) {
      return false;
    }
    Episode before = episodes.put(server, new Episode(fault, 0));
    boolean same = before != null && before.fault() == fault;
    if (!same && (before == null || fault != Fault.LOADING)) { // which any start goes through
      LOG.log(
          Level.WARNING,
          "Redis at "
              + server
              + " "
              + fault.advice()
              + (fault == Fault.UNREACHABLE ? ": " + Connecting.reason(failure) : "")
              + "; until it serves again, publications are refused");
    }
    return true;
  }

  /** It was tried, and serves. */
  public void answered(HostAndPort server) {
    Set<HostAndPort> used = known;
    if (used != null) {
      used.add(server);
      awaited.remove(server);
    }
    episodes.computeIfPresent(
        server,
        (s, episode) -> {
          if (!episode.fault().isOfAll() && episode.good() + 1 < GOOD_IN_A_ROW) {
            return new Episode(episode.fault(), episode.good() + 1);
          }
          LOG.log(Level.INFO, "Redis at " + server + " serves again");
          return null;
        });
  }

  /** The worst that is the matter with any server; null for nothing. */
  public @Nullable Fault worst() {
    Fault worst = null;
    for (Episode episode : episodes.values()) {
      Fault fault = episode.fault();
      if (worst == null || (fault.isOfAll() && !worst.isOfAll())) {
        worst = fault;
      }
    }
    return worst;
  }
}
