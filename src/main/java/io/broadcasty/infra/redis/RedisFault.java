package io.broadcasty.infra.redis;

import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * A reason why a Redis server does not serve, identified by the prefix of Redis' error, with advice
 * for the operator. Other errors are the caller's own.
 */
public enum RedisFault {
  /** There is no connection, or no answer. */
  UNREACHABLE(true, "cannot be reached (broadcasty.redis.url)"),

  /** The server has just started. */
  LOADING(true, "is loading its data and serves once it has finished", "LOADING"),

  /** The configured password is wrong or missing. */
  LOGIN(
      true,
      "refuses the user or the password (broadcasty.redis.url; in Redis requirepass and the ACL)",
      "NOAUTH",
      "WRONGPASS"),

  /** The server is a replica, or has become one. */
  REPLICA(
      true,
      "is a replica now and takes no writes (broadcasty.redis.url must name the primary; with"
          + " redis-sentinel:// or redis-cluster:// a failover is followed)",
      "READONLY"),

  /** The replica has no link to its primary, and serves no stale data. */
  PARTED(true, "is a replica without its primary (broadcasty.redis.url)", "MASTERDOWN"),

  /** The ACL denies a command or key. */
  RIGHTS(
      false,
      "denies this user a needed command or key (the user in broadcasty.redis.url; in Redis the"
          + " ACL)",
      "NOPERM"),

  /** {@code maxmemory} is reached, and nothing may be evicted. */
  FULL(
      false,
      "is full and takes no writes: it has reached its maxmemory. Give it more, or lower"
          + " broadcasty.replay.retention, broadcasty.replay.max-count or"
          + " broadcasty.replay.max-bytes",
      "OOM"),

  /** The last snapshot, or the append-only file, could not be written. */
  UNSAVED(
      false,
      "takes no writes because it cannot save to its disk. Free space there, or correct the rights"
          + " of its dir (in Redis dir, appendonly, stop-writes-on-bgsave-error; its log says"
          + " more)",
      "MISCONF"),

  /** Fewer replicas are connected than {@code min-replicas-to-write} requires. */
  TOO_FEW_REPLICAS(
      false,
      "takes no writes because too few replicas are connected (in Redis min-replicas-to-write)",
      "NOREPLICAS"),

  /** A part of the Cluster is down. */
  CLUSTER_DOWN(
      false,
      "serves no part of the Cluster while another part is gone (in Redis"
          + " cluster-require-full-coverage)",
      "CLUSTERDOWN"),

  /** A script or another command runs for too long. */
  BUSY(false, "is busy with a script that does not end (in Redis busy-reply-threshold)", "BUSY");

  private final boolean total;
  private final String advice;

  @SuppressWarnings("ImmutableEnumChecker") // created by List.of
  private final List<String> errors;

  RedisFault(boolean all, String advice, String... errors) {
    this.total = all;
    this.advice = advice;
    this.errors = List.of(errors);
  }

  /** Returns whether the server can serve no request at all; otherwise it only refuses writes. */
  public boolean isTotal() {
    return total;
  }

  /**
   * Returns what is wrong and which setting is concerned, as the predicate of a sentence about
   * Redis.
   */
  public String advice() {
    return advice;
  }

  /** Returns the fault that a failure or one of its causes reports; null for none. */
  static @Nullable RedisFault of(Throwable failure) {
    RedisFault found = null;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      RedisFault fault = ofMessage(String.valueOf(each.getMessage()));
      if (fault != null) {
        return fault;
      }
      if (each instanceof JedisConnectionException) {
        found = UNREACHABLE; // a cause may say more
      }
      if (each == each.getCause()) {
        break;
      }
    }
    return found;
  }

  /**
   * Returns the fault of an error message. Older servers quote an error inside a script after a
   * hyphen.
   */
  private static @Nullable RedisFault ofMessage(String message) {
    for (RedisFault fault : values()) {
      for (String error : fault.errors) {
        if (message.startsWith(error + " ") || message.contains(" -" + error + " ")) {
          return fault;
        }
      }
    }
    return null;
  }
}
