package io.broadcasty.infra.redis;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.RemoteClock;
import io.broadcasty.core.time.Ticker;
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
 * A client of a Redis installation, with a connection pool for each server.
 *
 * <p>Calls fail with a {@link JedisException} when Redis does not answer in time.
 */
@ThreadSafe
public final class Redis implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Redis.class.getName());
  static final int OLDEST_MAJOR = 6;
  private static final String TEST_KEY_MILLIS = "1000";
  private static final long MILLIS = 1000; // in a second, and of microseconds
  private static final int MAX_TEST_KEYS = 10_000;
  private static final int SHARDED_PUBSUB_MAJOR = 7;
  private static final Pattern VERSION = Pattern.compile("redis_version:((\\d+)\\.[0-9.]+)");
  private static final Pattern POLICY = Pattern.compile("maxmemory_policy:(\\S+)");

  private final RedisSettings settings;
  private final UnifiedJedis commands;
  private final RedisServers servers;
  private final JedisClientConfig pubSubConfig;
  private final RedisAvailability availability;
  private final String version;
  private final int majorVersion;
  private final String evictionPolicy;
  private final RemoteClock clock;

  Redis(
      RedisSettings settings,
      UnifiedJedis commands,
      RedisServers servers,
      JedisClientConfig lineConfig) {
    this.settings = settings;
    this.commands = commands;
    this.servers = servers;
    this.pubSubConfig = lineConfig;
    this.availability = new RedisAvailability(servers::serverOf);
    String info = info();
    Matcher found = VERSION.matcher(info);
    this.version = found.find() ? found.group(1) : "unknown";
    this.majorVersion = version.equals("unknown") ? OLDEST_MAJOR : Integer.parseInt(found.group(2));
    Matcher policy = POLICY.matcher(info);
    this.evictionPolicy = policy.find() ? policy.group(1) : "noeviction";
    this.clock = new RemoteClock(() -> timeMillis(servers.serverOf(anyKey())), Ticker.system());
  }

  /**
   * Connects to Redis.
   *
   * @throws RedisUnusableException when it cannot be reached, refuses the password, or is too old
   */
  public static Redis open(RedisSettings settings) {
    return RedisConnector.open(settings);
  }

  public RedisSettings settings() {
    return settings;
  }

  /** Returns the client for single commands, each sent to the server that has its key. */
  public UnifiedJedis commands() {
    return commands;
  }

  /** Returns a key, or the name of a pub/sub channel, with the configured prefix. */
  public String key(String rest) {
    return settings.prefix() + rest;
  }

  /** Returns the server that has a key, as far as is known. */
  public HostAndPort serverOf(byte[] key) {
    return servers.serverOf(key);
  }

  /** Opens a pipeline to one server; the caller closes it. */
  public Pipeline pipeline(HostAndPort server) {
    return new Pipeline(servers.connection(server), true);
  }

  /**
   * Sends one query about each of many keys, in one pipeline for each server.
   *
   * @return the answers, without those of servers that did not answer or refused
   */
  public <T, R> Map<T, R> queryAll(
      Collection<T> items, Function<T, byte[]> key, BiFunction<Pipeline, T, Response<R>> question) {
    Map<HostAndPort, List<T>> byServer = new HashMap<>();
    Map<T, R> answers = new HashMap<>();
    for (T item : items) {
      byServer.computeIfAbsent(serverOf(key.apply(item)), s -> new ArrayList<>()).add(item);
    }
    byServer.forEach((server, ofServer) -> answers.putAll(queryAll(server, ofServer, question)));
    return answers;
  }

  private <T, R> Map<T, R> queryAll(
      HostAndPort server, List<T> items, BiFunction<Pipeline, T, Response<R>> question) {
    Map<T, Response<R>> responses = new HashMap<>();
    Map<T, R> answers = new HashMap<>();
    try (Pipeline pipeline = pipeline(server)) {
      for (T item : items) {
        responses.put(item, question.apply(pipeline, item));
      }
      pipeline.sync();
    } catch (JedisException e) {
      LOG.log(System.Logger.Level.DEBUG, "Redis at " + server + " did not answer", e);
    }
    responses.forEach(
        (item, response) -> {
          try {
            answers.put(item, response.get());
          } catch (JedisException | IllegalStateException e) { // refused, or never answered
            LOG.log(System.Logger.Level.DEBUG, "Redis refused a query or did not answer it", e);
          }
        });
    return answers;
  }

  /**
   * Opens a connection outside of the pool, whose reads time out after 10 s. The caller closes it.
   */
  PubSubConnection.WritableConnection openConnection(HostAndPort server) {
    return new PubSubConnection.WritableConnection(server, pubSubConfig);
  }

  /** Returns whether pub/sub messages stay on the server that has the channel's key. */
  public boolean hasShardedPubSub() {
    return settings.kind() == RedisSettings.Kind.CLUSTER && majorVersion >= SHARDED_PUBSUB_MAJOR;
  }

  /**
   * Tests whether a server accepts a write now.
   *
   * @throws JedisException saying why not
   */
  public void testWrite(HostAndPort server) {
    try (Connection connection = servers.connection(server)) {
      connection.sendCommand(Protocol.Command.SET, testKey(server), "1", "PX", TEST_KEY_MILLIS);
      connection.getStatusCodeReply();
    }
  }

  /**
   * Returns Redis' own clock, in a Cluster that of one server. Refreshing it may block, and fails
   * with a {@link JedisException}.
   */
  public RemoteClock clock() {
    return clock;
  }

  /**
   * Returns the time of a server's own clock.
   *
   * @throws JedisException when it does not answer
   */
  public long timeMillis(HostAndPort server) {
    try (Connection connection = servers.connection(server)) {
      connection.sendCommand(Protocol.Command.TIME);
      List<String> time = connection.getMultiBulkReply();
      return Long.parseLong(time.get(0)) * MILLIS + Long.parseLong(time.get(1)) / MILLIS;
    }
  }

  /** Returns a key that the server has, also in a Cluster. */
  private String testKey(HostAndPort server) {
    for (int i = 0; i < MAX_TEST_KEYS; i++) {
      String key = key("try:" + i);
      if (serverOf(key.getBytes(StandardCharsets.UTF_8)).equals(server)) {
        return key;
      }
    }
    throw new JedisException("the server has none of the test keys");
  }

  /** Returns a connection to one server from its pool; the caller closes it. */
  Connection connection(HostAndPort server) {
    return servers.connection(server);
  }

  /** Returns the servers that accept writes, as far as is known. */
  public Collection<HostAndPort> primaries() {
    return servers.primaries();
  }

  /** Returns the availability of the servers, shared by all users of this client. */
  public RedisAvailability availability() {
    return availability;
  }

  /** Reads again which server has which keys. */
  public void refresh() {
    servers.refresh();
  }

  /** Closes the idle connections, which are broken after an outage. */
  public void dropIdleConnections() {
    servers.pools().forEach(Pool::clear);
  }

  String version() {
    return version;
  }

  int majorVersion() {
    return majorVersion;
  }

  /** Returns the eviction policy of a full Redis, such as {@code noeviction}. */
  public String evictionPolicy() {
    return evictionPolicy;
  }

  /** Returns the address and version, without secrets. */
  @Override
  public String toString() {
    return "Redis " + version + " at " + settings;
  }

  @Override
  public void close() {
    commands.close();
  }

  private byte[] anyKey() {
    return key("info").getBytes(StandardCharsets.UTF_8);
  }

  private String info() {
    try (Connection connection = servers.connection(servers.serverOf(anyKey()))) {
      connection.sendCommand(Protocol.Command.INFO);
      return connection.getBulkReply();
    }
  }
}
