package io.broadcasty.infra.redis;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Detects that a replica has taken over from a primary, or that a primary has restarted: what was
 * written in the last moments before may be lost, although no call has failed.
 *
 * <p>A replica that takes over begins a replication history of its own, with another {@code
 * master_replid} (https://redis.io/docs/latest/operate/oss_and_stack/management/replication).
 */
public final class FailoverDetector {

  private static final System.Logger LOG = System.getLogger(FailoverDetector.class.getName());
  private static final Pattern HISTORY = Pattern.compile("role:(\\w+)|master_replid:(\\w+)");

  private final Redis redis;

  @GuardedBy("this")
  private Set<String> known = new HashSet<>();

  /** Creates a detector that has asked no server yet. */
  public FailoverDetector(Redis redis) {
    this.redis = redis;
  }

  /**
   * Asks every primary for its replication history; a round trip to each.
   *
   * @return whether one has another history than all that were known at the last call; false at the
   *     first call
   */
  public synchronized boolean hasFailedOver() {
    Set<String> answered = new HashSet<>();
    boolean complete = true;
    for (HostAndPort server : redis.primaries()) {
      String history = historyOf(server);
      complete &= history != null && answered.add(history);
    }
    boolean first = known.isEmpty();
    boolean changed = !known.containsAll(answered);
    if (complete) {
      known = answered;
    } else {
      known.addAll(answered); // those that did not answer may come back unchanged
      redis.refresh();
    }
    return changed && !first;
  }

  /** Returns null when the server does not answer, or is no primary any longer. */
  private @Nullable String historyOf(HostAndPort server) {
    try (Connection connection = redis.connection(server)) {
      connection.sendCommand(Protocol.Command.INFO, "replication");
      Matcher found = HISTORY.matcher(connection.getBulkReply());
      boolean primary = found.find() && "master".equals(found.group(1));
      return primary && found.find() ? found.group(2) : null;
    } catch (JedisException e) {
      LOG.log(Level.DEBUG, "Redis at " + server + " did not tell its replication history", e);
      return null;
    }
  }
}
