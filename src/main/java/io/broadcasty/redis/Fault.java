package io.broadcasty.redis;

import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * What keeps a server from doing what it is asked to, told by how Redis' errors begin, and what is
 * to be done about it. Other errors are the asker's own.
 */
public enum Fault {
  /** No connection, or no answer. */
  UNREACHABLE(true, "cannot be reached (broadcasty.redis.url)"),

  /** It has just started. */
  LOADING(true, "is loading its data, and serves as soon as it has", "LOADING"),

  /** Another password than that of the configuration, or none. */
  LOGIN(
      true,
      "refuses the user or the password (broadcasty.redis.url; in Redis requirepass and the ACL)",
      "NOAUTH",
      "WRONGPASS"),

  /** A replica, or what has become one. */
  REPLICA(
      true,
      "is a replica now and takes no writes (broadcasty.redis.url must name the primary; with"
          + " redis-sentinel:// or redis-cluster:// it is followed)",
      "READONLY"),

  /** It has no link to its primary, and serves no old data. */
  PARTED(true, "is a replica without its primary (broadcasty.redis.url)", "MASTERDOWN"),

  /** The ACL. */
  RIGHTS(
      false,
      "does not let this user do what is needed (the user in broadcasty.redis.url; in Redis the"
          + " ACL)",
      "NOPERM"),

  /** {@code maxmemory} is reached, and nothing may be dropped. */
  FULL(
      false,
      "is full and takes no writes: it has reached its maxmemory. Give it more, or lower"
          + " broadcasty.replay.retention, broadcasty.replay.max-count or"
          + " broadcasty.replay.max-bytes",
      "OOM"),

  /** The last snapshot, or the append-only file, could not be written. */
  UNSAVED(
      false,
      "takes no writes because it cannot save to its disk. Free space there, or see to the rights"
          + " of its dir (in Redis dir, appendonly, stop-writes-on-bgsave-error; its log says more)",
      "MISCONF"),

  /** {@code min-replicas-to-write}. */
  TOO_FEW_REPLICAS(
      false,
      "takes no writes because too few replicas are in step (in Redis min-replicas-to-write)",
      "NOREPLICAS"),

  /** A part of the Cluster is gone. */
  CLUSTER_DOWN(
      false,
      "serves no part of the Cluster while another part is gone (in Redis"
          + " cluster-require-full-coverage)",
      "CLUSTERDOWN"),

  /** Somebody's script, or a command that runs for long. */
  BUSY(false, "is busy with a script that does not end (in Redis busy-reply-threshold)", "BUSY");

  private final boolean all;
  private final String advice;
  private final List<String> errors;

  Fault(boolean all, String advice, String... errors) {
    this.all = all;
    this.advice = advice;
    this.errors = List.of(errors);
  }

  /** Whether nothing is to be asked of the server meanwhile; else it takes no writes. */
  public boolean isOfAll() {
    return all;
  }

  /** What is the matter and which setting is concerned, as the end of a sentence on Redis. */
  public String advice() {
    return advice;
  }

  /** What a failure, or what it was caused by, says of the server; null for nothing. */
  static @Nullable Fault of(Throwable failure) {
    Fault found = null;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      Fault fault = ofMessage(String.valueOf(each.getMessage()));
      if (fault != null) {
        return fault;
      }
      if (each instanceof JedisConnectionException) {
        found = UNREACHABLE; // or what it was caused by says more
      }
      if (each == each.getCause()) {
        break;
      }
    }
    return found;
  }

  /** An error inside of a script is quoted by older servers after a hyphen. */
  private static @Nullable Fault ofMessage(String message) {
    for (Fault fault : values()) {
      for (String error : fault.errors) {
        if (message.startsWith(error + " ") || message.contains(" -" + error + " ")) {
          return fault;
        }
      }
    }
    return null;
  }
}
