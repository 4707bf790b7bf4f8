package io.broadcasty.infra.redis;

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
public final class RedisAvailability {

  private static final System.Logger LOG = System.getLogger(RedisAvailability.class.getName());

  /**
   * A full server accepts a write now and then: the outage is over only after this many in a row.
   */
  private static final int SUCCESSES_TO_RECOVER = 8;

  /** An outage of a server. */
  private record Outage(RedisFault fault, int good) {}

  private final Map<HostAndPort, Outage> outages = new ConcurrentHashMap<>();
  private final Function<byte[], HostAndPort> serverOf;

  /** Servers that have been probed or in use; null while every server may be used. */
  private volatile @Nullable Set<HostAndPort> probed;

  /** Servers that were requested before they had been probed. */
  private final Set<HostAndPort> requestedUnprobed = ConcurrentHashMap.newKeySet();

  /** Whether an unknown server was requested, or a key that no known server has. */
  private volatile boolean topologyOutdated;

  private volatile Runnable probeNow = () -> {};

  /**
   * @param serverOf returns the server that has a key
   */
  RedisAvailability(Function<byte[], HostAndPort> serverOf) {
    this.serverOf = serverOf;
  }

  /**
   * Requires from now on that a server that takes over is probed before it is used; see {@link
   * #serversToProbe}.
   *
   * @param primaries the servers that may be used at once
   * @param now triggers a probe of the others, soon
   */
  public void requireProbeOfNewServers(Collection<HostAndPort> primaries, Runnable now) {
    Set<HostAndPort> used = ConcurrentHashMap.newKeySet();
    used.addAll(primaries);
    probeNow = now;
    probed = used;
  }

  /** Returns whether a server must not be used now. */
  public boolean isDown(HostAndPort server) {
    Set<HostAndPort> used = probed;
    if (used != null && !used.contains(server)) {
      topologyOutdated = true;
      if (requestedUnprobed.add(
          server)) { // otherwise a probe has failed, and is repeated each round
        probeNow.run();
      }
      return true;
    }
    Outage episode = outages.isEmpty() ? null : outages.get(server);
    return episode != null && episode.fault().isTotal();
  }

  /** Returns whether the server that has a key is unknown or must not be used now. */
  public boolean isDown(byte[] key) {
    try {
      return isDown(serverOf.apply(key));
    } catch (JedisException e) {
      recordUnassignedKey();
      return true;
    }
  }

  /** Records that a key was requested that no known server has. */
  public void recordUnassignedKey() {
    topologyOutdated = true;
  }

  /** Returns whether a server has to be probed, or the topology to be read again. */
  public boolean needsProbe() {
    return topologyOutdated || !outages.isEmpty();
  }

  /** Returns whether a server has taken over that has not been probed yet. */
  public boolean hasUnprobedServers(Collection<HostAndPort> primaries) {
    Set<HostAndPort> used = probed;
    return used != null && !used.containsAll(primaries);
  }

  /**
   * Returns the servers that failed their last call, and those that are new.
   *
   * @param primaries the current primaries; other servers are forgotten, since nothing uses them
   *     any more
   */
  public Set<HostAndPort> serversToProbe(Collection<HostAndPort> primaries) {
    topologyOutdated = false;
    outages.keySet().retainAll(primaries);
    Set<HostAndPort> all = new HashSet<>(outages.keySet());
    Set<HostAndPort> used = probed;
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
  public boolean recordFailure(HostAndPort server, JedisException failure) {
    RedisFault fault = RedisFault.of(failure);
    if (fault == null) {
      return false;
    }
    Outage before = outages.put(server, new Outage(fault, 0));
    boolean same = before != null && before.fault() == fault;
    if (!same && (before == null || fault != RedisFault.LOADING)) { // every start goes through it
      LOG.log(
          Level.WARNING,
          "Redis at "
              + server
              + " "
              + fault.advice()
              + (fault == RedisFault.UNREACHABLE ? ": " + RedisConnector.reason(failure) : "")
              + "; until it serves again, publications are refused");
    }
    return true;
  }

  /** Records that a server has answered a probe. */
  public void recordSuccess(HostAndPort server) {
    Set<HostAndPort> used = probed;
    if (used != null) {
      used.add(server);
      requestedUnprobed.remove(server);
    }
    outages.computeIfPresent(
        server,
        (s, episode) -> {
          if (!episode.fault().isTotal() && episode.good() + 1 < SUCCESSES_TO_RECOVER) {
            return new Outage(episode.fault(), episode.good() + 1);
          }
          LOG.log(Level.INFO, "Redis at " + server + " serves again");
          return null;
        });
  }

  /** Returns the most severe fault of any server; null for none. */
  public @Nullable RedisFault worstFault() {
    RedisFault worst = null;
    for (Outage episode : outages.values()) {
      RedisFault fault = episode.fault();
      if (worst == null || (fault.isTotal() && !worst.isTotal())) {
        worst = fault;
      }
    }
    return worst;
  }
}
