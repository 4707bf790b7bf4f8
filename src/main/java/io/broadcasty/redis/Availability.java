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
 * Records which Redis servers do not serve, and why, so that all callers fail at once instead of
 * waiting for a timeout, and the log reports it once. Callers report failures; one thread probes
 * the failed servers until they serve again.
 */
@ThreadSafe
public final class Availability {

  private static final System.Logger LOG = System.getLogger(Availability.class.getName());

  /**
   * A full server accepts a write now and then: the outage is over only after this many in a row.
   */
  private static final int GOOD_IN_A_ROW = 8;

  /** An outage of a server. */
  private record Episode(Fault fault, int good) {}

  private final Map<HostAndPort, Episode> episodes = new ConcurrentHashMap<>();
  private final Function<byte[], HostAndPort> homes;

  /** Servers that have been probed or in use; null while every server may be used. */
  private volatile @Nullable Set<HostAndPort> known;

  /** Servers that were requested before they had been probed. */
  private final Set<HostAndPort> awaited = ConcurrentHashMap.newKeySet();

  /** Whether an unknown server was requested, or a key that no known server has. */
  private volatile boolean lost;

  private volatile Runnable wake = () -> {};

  /**
   * @param homes returns the server that has a key
   */
  Availability(Function<byte[], HostAndPort> homes) {
    this.homes = homes;
  }

  /**
   * Requires from now on that a server that takes over is probed before it is used; see {@link
   * #toBeTried}.
   *
   * @param primaries the servers that may be used at once
   * @param now triggers a probe of the others, soon
   */
  public void tryNewcomers(Collection<HostAndPort> primaries, Runnable now) {
    Set<HostAndPort> used = ConcurrentHashMap.newKeySet();
    used.addAll(primaries);
    wake = now;
    known = used;
  }

  /** Returns whether a server must not be used now. */
  public boolean isDown(HostAndPort server) {
    Set<HostAndPort> used = known;
    if (used != null && !used.contains(server)) {
      lost = true;
      if (awaited.add(server)) { // otherwise a probe has failed, and is repeated each round
        wake.run();
      }
      return true;
    }
    Episode episode = episodes.isEmpty() ? null : episodes.get(server);
    return episode != null && episode.fault().isOfAll();
  }

  /** Returns whether the server that has a key is unknown or must not be used now. */
  public boolean isDown(byte[] key) {
    try {
      return isDown(homes.apply(key));
    } catch (JedisException e) {
      homeless();
      return true;
    }
  }

  /** Records that a key was requested that no known server has. */
  public void homeless() {
    lost = true;
  }

  /** Returns whether a server has to be probed, or the topology to be read again. */
  public boolean isAnyAmiss() {
    return lost || !episodes.isEmpty();
  }

  /** Returns whether a server has taken over that has not been probed yet. */
  public boolean hasNewcomers(Collection<HostAndPort> primaries) {
    Set<HostAndPort> used = known;
    return used != null && !used.containsAll(primaries);
  }

  /**
   * Returns the servers that failed their last call, and those that are new.
   *
   * @param primaries the current primaries; other servers are forgotten, since nothing uses them
   *     any more
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

  /**
   * Records the failure of a call to a server; returns whether it means that the server does not
   * serve.
   */
  public boolean failed(HostAndPort server, JedisException failure) {
    Fault fault = Fault.of(failure);
    if (fault == null) {
      return false;
    }
    Episode before = episodes.put(server, new Episode(fault, 0));
    boolean same = before != null && before.fault() == fault;
    if (!same && (before == null || fault != Fault.LOADING)) { // every start goes through it
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

  /** Records that a server has answered a probe. */
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

  /** Returns the most severe fault of any server; null for none. */
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
