package io.broadcasty.infra.redis;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * The address of a Redis installation and its connection settings.
 *
 * @param kind the kind of installation
 * @param tls whether connections are encrypted, and the server's certificate verified
 * @param hosts the server, the Sentinels, or some nodes of the Cluster
 * @param master the primary's name in the Sentinels; empty for the other kinds
 * @param user the ACL user; null for the default user
 * @param database the number of the database; 0 in a Cluster
 * @param prefix the prefix of every key
 * @param pool the maximum number of connections to one server, those for pub/sub not counted
 * @param timeout for an answer; see {@link #connectTimeout} for the time before
 */
public record RedisSettings(
    Kind kind,
    boolean tls,
    List<HostAndPort> hosts,
    String master,
    @Nullable String user,
    @Nullable String password,
    int database,
    String prefix,
    int pool,
    Duration timeout) {

  /** The kinds of Redis installations. */
  public enum Kind {
    /** A standalone server, or a proxy that behaves like one. */
    SERVER("redis", 6379),
    /** A primary and its replicas, monitored by Sentinels. */
    SENTINEL("redis-sentinel", 26379),
    /** A Redis Cluster. */
    CLUSTER("redis-cluster", 6379);

    private final String scheme;
    private final int port;

    Kind(String scheme, int port) {
      this.scheme = scheme;
      this.port = port;
    }
  }

  /** The time for an answer; waiting for a connection and opening it take half of it each. */
  public static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** The time after which a pub/sub connection is broken that answers no ping. */
  public static final Duration PUBSUB_TIMEOUT = Duration.ofSeconds(10);

  /** The number of times that a command is sent in a Cluster that moves, within one timeout. */
  public static final int CLUSTER_ATTEMPTS = 4;

  /** A name may contain an underscore, as those of services in Docker Compose do. */
  private static final Pattern HOST =
      Pattern.compile(
          "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?])(?::([0-9]{1,5}))?");

  private static final int MAX_PORT = 65_535;

  private static final String FORMS =
      "must be redis://[user:password@]host:port[/database],"
          + " redis-sentinel://[user:password@]host:port,host:port/name-of-the-primary or"
          + " redis-cluster://[user:password@]host:port,host:port, with rediss in place of redis"
          + " for TLS";

  /**
   * Parses an address. A user and a password are percent-encoded where they contain {@code : / @
   * ,}.
   *
   * @throws IllegalArgumentException saying what is wrong with it, without possible secrets
   */
  public static RedisSettings parse(String url, String prefix, int pool) {
    int end = url.indexOf("://");
    if (end < 0) {
      throw new IllegalArgumentException(FORMS);
    }
    String scheme = url.substring(0, end).toLowerCase(Locale.ROOT);
    boolean tls = scheme.startsWith("rediss");
    Kind kind = kind(tls ? "redis" + scheme.substring("rediss".length()) : scheme);
    String rest = url.substring(end + 3);
    int at = rest.lastIndexOf('@');
    String login = at < 0 ? "" : rest.substring(0, at);
    String[] hostsAndPath = rest.substring(at + 1).split("/", 2);
    String path = hostsAndPath.length == 2 ? hostsAndPath[1] : "";
    int colon = login.indexOf(':');
    String user = colon < 0 ? "" : decoded(login.substring(0, colon));
    String password = decoded(login.substring(colon + 1));
    return new RedisSettings(
        kind,
        tls,
        hosts(hostsAndPath[0], kind.port),
        master(kind, path),
        user.isEmpty() ? null : user,
        password.isEmpty() ? null : password,
        database(kind, path),
        prefix,
        pool,
        TIMEOUT);
  }

  /**
   * Returns the time for a connection of the pool to become free, and that for opening one. A call
   * waits for at most both and its answer, and stays below 5 s so that publishers are answered.
   */
  public Duration connectTimeout() {
    return timeout.dividedBy(2);
  }

  /** Returns the address without the password. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.scheme.replace("redis", tls ? "rediss" : "redis"));
    text.append("://");
    if (user != null) {
      text.append(user).append('@');
    }
    text.append(String.join(",", hosts.stream().map(HostAndPort::toString).toList()));
    if (kind == Kind.SENTINEL) {
      text.append('/').append(master);
    } else if (database != 0) {
      text.append('/').append(database);
    }
    return text.toString();
  }

  private static Kind kind(String scheme) {
    for (Kind kind : Kind.values()) {
      if (kind.scheme.equals(scheme)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(FORMS);
  }

  private static List<HostAndPort> hosts(String text, int usualPort) {
    List<HostAndPort> hosts = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      Matcher host = HOST.matcher(each.strip());
      int port = usualPort;
      if (host.matches() && host.group(2) != null) {
        port = Integer.parseInt(host.group(2));
      }
      if (!host.matches() || port > MAX_PORT) {
        throw new IllegalArgumentException(
            "`" + each + "` is not a host and port; the address " + FORMS);
      }
      hosts.add(new HostAndPort(host.group(1), port));
    }
    return List.copyOf(hosts);
  }

  private static String master(Kind kind, String path) {
    if (kind != Kind.SENTINEL) {
      return "";
    }
    if (path.isEmpty()) {
      throw new IllegalArgumentException(
          "must end with the name of the primary, as in redis-sentinel://host:26379/mymaster");
    }
    return path;
  }

  private static int database(Kind kind, String path) {
    if (kind == Kind.SENTINEL || path.isEmpty()) {
      return 0;
    }
    if (kind == Kind.CLUSTER) {
      throw new IllegalArgumentException(
          "must not name a database, because a Redis Cluster has none; remove /" + path);
    }
    try {
      return Integer.parseUnsignedInt(path);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("`" + path + "` is not the number of a database", e);
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
