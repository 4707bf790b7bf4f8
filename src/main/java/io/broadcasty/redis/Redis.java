package io.broadcasty.redis;

import com.google.errorprone.annotations.ThreadSafe;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.Pool;

/**
 * A Redis installation: connections to the server that has a key.
 *
 * <p>Calls fail with a {@link JedisException} when Redis does not answer in time.
 */
@ThreadSafe
public final class Redis implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Redis.class.getName());
  static final int OLDEST_MAJOR = 6;
  private static final String TRY_MILLIS = "1000";
  private static final int TRY_KEYS = 10_000;
  private static final int SHARDED_PUBSUB_MAJOR = 7;
  private static final Pattern VERSION = Pattern.compile("redis_version:((\\d+)\\.[0-9.]+)");
  private static final Pattern POLICY = Pattern.compile("maxmemory_policy:(\\S+)");

  private final RedisSettings settings;
  private final UnifiedJedis commands;
  private final Servers servers;
  private final JedisClientConfig lineConfig;
  private final Availability availability;
  private final String version;
  private final int majorVersion;
  private final String evictionPolicy;

  Redis(
      RedisSettings settings,
      UnifiedJedis commands,
      Servers servers,
      JedisClientConfig lineConfig) {
    this.settings = settings;
    this.commands = commands;
    this.servers = servers;
    this.lineConfig = lineConfig;
    this.availability = new Availability(servers::home);
    String info = info();
    Matcher found = VERSION.matcher(info);
    this.version = found.find() ? found.group(1) : "unknown";
    this.majorVersion = version.equals("unknown") ? OLDEST_MAJOR : Integer.parseInt(found.group(2));
    Matcher policy = POLICY.matcher(info);
    this.evictionPolicy = policy.find() ? policy.group(1) : "noeviction";
  }

  /**
   * Connects.
   *
   * @throws RedisUnusableException when it cannot be reached, refuses the password, or is too old
   */
  public static Redis open(RedisSettings settings) {
    return Connecting.open(settings);
  }

  public RedisSettings settings() {
    return settings;
  }

  /** Commands that are sent to the server that has their key, and answered one by one. */
  public UnifiedJedis commands() {
    return commands;
  }

  /** A key, or the name of a pub/sub channel, with the prefix. */
  public String key(String rest) {
    return settings.prefix() + rest;
  }

  /** The server that has a key, as far as is known. */
  public HostAndPort home(byte[] key) {
    return servers.home(key);
  }

  /** A pipeline to one server, to be closed. */
  public Pipeline pipeline(HostAndPort server) {
    return new Pipeline(servers.connection(server), true);
  }

  /**
   * Asks one question about each of many keys, all of a server's in one pipeline.
   *
   * @return the answers; those are left out whose server did not answer, or refused to
   */
  public <T, R> Map<T, R> ask(
      Collection<T> items, Function<T, byte[]> key, BiFunction<Pipeline, T, Response<R>> question) {
    Map<HostAndPort, List<T>> byServer = new HashMap<>();
    Map<T, R> answers = new HashMap<>();
    for (T item : items) {
      byServer.computeIfAbsent(home(key.apply(item)), s -> new ArrayList<>()).add(item);
    }
    byServer.forEach((server, ofServer) -> answers.putAll(ask(server, ofServer, question)));
    return answers;
  }

  private <T, R> Map<T, R> ask(
      HostAndPort server, List<T> items, BiFunction<Pipeline, T, Response<R>> question) {
    Map<T, Response<R>> asked = new HashMap<>();
    Map<T, R> answers = new HashMap<>();
    try (Pipeline pipeline = pipeline(server)) {
      for (T item : items) {
        asked.put(item, question.apply(pipeline, item));
      }
      pipeline.sync();
    } catch (JedisException e) {
      LOG.log(System.Logger.Level.DEBUG, server + " did not answer", e);
    }
    asked.forEach(
        (item, response) -> {
          try {
            answers.put(item, response.get());
          } catch (JedisException | IllegalStateException e) { // refused, or never answered
            LOG.log(System.Logger.Level.DEBUG, "a question was not answered", e);
          }
        });
    return answers;
  }

  /** A connection of its own, whose reads fail after 10 s without a word. To be closed. */
  Line.Wire wire(HostAndPort server) {
    return new Line.Wire(server, lineConfig);
  }

  /** Whether pub/sub is kept to the server that has the channel's key. */
  public boolean hasShardedPubSub() {
    return settings.kind() == RedisSettings.Kind.CLUSTER && majorVersion >= SHARDED_PUBSUB_MAJOR;
  }

  /**
   * Tries whether a server takes a write now.
   *
   * @throws JedisException saying why not
   */
  public void tryWrite(HostAndPort server) {
    try (Connection connection = servers.connection(server)) {
      connection.sendCommand(Protocol.Command.SET, tryKey(server), "1", "PX", TRY_MILLIS);
      connection.getStatusCodeReply();
    }
  }

  /** A key that the server has, in a Cluster too. */
  private String tryKey(HostAndPort server) {
    for (int i = 0; i < TRY_KEYS; i++) {
      String key = key("try:" + i);
      if (home(key.getBytes(StandardCharsets.UTF_8)).equals(server)) {
        return key;
      }
    }
    throw new JedisException("it has none of the keys");
  }

  /** The servers that take writes, as far as is known. */
  public Collection<HostAndPort> primaries() {
    return servers.primaries();
  }

  /** What is known of servers that cannot be reached, by all who use this. */
  public Availability availability() {
    return availability;
  }

  /** Finds out anew which server has what. */
  public void refresh() {
    servers.refresh();
  }

  /** Gives up the connections that are idle: after an outage each of them is broken. */
  public void dropIdleConnections() {
    servers.pools().forEach(Pool::clear);
  }

  String version() {
    return version;
  }

  int majorVersion() {
    return majorVersion;
  }

  /** What a full Redis does: {@code noeviction}, or the name of how it chooses what to drop. */
  public String evictionPolicy() {
    return evictionPolicy;
  }

  /** Where it is and which version, without secrets. */
  @Override
  public String toString() {
    return "Redis " + version + " at " + settings;
  }

  @Override
  public void close() {
    commands.close();
  }

  private String info() {
    byte[] anyKey = key("info").getBytes(StandardCharsets.UTF_8);
    try (Connection connection = servers.connection(servers.home(anyKey))) {
      connection.sendCommand(Protocol.Command.INFO);
      return connection.getBulkReply();
    }
  }
}
