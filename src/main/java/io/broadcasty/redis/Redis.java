package io.broadcasty.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;
import redis.clients.jedis.util.Pool;

/**
 * A Redis installation: connections to the server that has a key. Safe for use by several threads.
 *
 * <p>Calls fail with a {@link JedisException} when Redis does not answer in time.
 */
public final class Redis implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Redis.class.getName());
  private static final int OLDEST_MAJOR = 6;
  private static final int SHARDED_PUBSUB_MAJOR = 7;
  private static final int CLUSTER_ATTEMPTS = 4;
  private static final long MAX_WAIT_MILLIS = 1000;
  private static final int LINE_TIMEOUT_MILLIS = 10_000;
  private static final Pattern VERSION = Pattern.compile("redis_version:((\\d+)\\.[0-9.]+)");
  private static final Pattern POLICY = Pattern.compile("maxmemory_policy:(\\S+)");

  private final RedisSettings settings;
  private final UnifiedJedis commands;
  private final Servers servers;
  private final JedisClientConfig lineConfig;
  private final String version;
  private final int majorVersion;
  private final String evictionPolicy;

  /** What the kinds of installations differ in. */
  private interface Servers {
    HostAndPort home(byte[] key);

    Connection connection(HostAndPort server);

    Collection<? extends Pool<?>> pools();

    Collection<HostAndPort> primaries();

    void refresh();
  }

  private Redis(
      RedisSettings settings,
      UnifiedJedis commands,
      Servers servers,
      JedisClientConfig lineConfig) {
    this.settings = settings;
    this.commands = commands;
    this.servers = servers;
    this.lineConfig = lineConfig;
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
    Redis redis;
    try {
      redis = connect(settings);
    } catch (JedisAccessControlException e) {
      throw new RedisUnusableException(
          "Redis at " + settings + " refuses the user or the password: " + e.getMessage(),
          false,
          e);
    } catch (JedisDataException e) {
      if (String.valueOf(e.getMessage()).contains("HELLO")) { // which came with 6.0
        throw tooOld(settings, "a version older than that");
      }
      throw new RedisUnusableException(
          "Redis at " + settings + " refuses to serve: " + e.getMessage(), true, e);
    } catch (JedisException e) {
      throw new RedisUnusableException(
          "Redis at " + settings + " cannot be reached: " + reason(e), true, e);
    }
    if (redis.majorVersion < OLDEST_MAJOR) {
      redis.close();
      throw tooOld(settings, "version " + redis.version);
    }
    return redis;
  }

  private static RedisUnusableException tooOld(RedisSettings settings, String version) {
    return new RedisUnusableException(
        "Redis 6.0 or newer is needed, and the one at " + settings + " has " + version);
  }

  private static Redis connect(RedisSettings settings) {
    JedisClientConfig config = config(settings, (int) settings.timeout().toMillis());
    JedisClientConfig line = config(settings, LINE_TIMEOUT_MILLIS);
    ConnectionPoolConfig pool = pool(settings.pool());
    return switch (settings.kind()) {
      case SERVER -> {
        HostAndPort host = settings.hosts().get(0);
        PooledConnectionProvider provider = new PooledConnectionProvider(host, config, pool);
        UnifiedJedis commands = RedisClient.builder().connectionProvider(provider).build();
        yield opened(settings, commands, new OneServer(provider, host), line);
      }
      case SENTINEL -> {
        SentineledConnectionProvider provider =
            new SentineledConnectionProvider(
                settings.master(),
                config,
                pool,
                new HashSet<>(settings.hosts()),
                sentinelConfig(settings));
        UnifiedJedis commands =
            RedisSentinelClient.builder()
                .masterName(settings.master())
                .sentinels(new HashSet<>(settings.hosts()))
                .connectionProvider(provider)
                .build();
        yield opened(settings, commands, new Watched(provider), line);
      }
      case CLUSTER -> {
        ClusterConnectionProvider provider =
            new ClusterConnectionProvider(new HashSet<>(settings.hosts()), config, pool);
        UnifiedJedis commands =
            RedisClusterClient.builder()
                .nodes(new HashSet<>(settings.hosts()))
                .connectionProvider(provider)
                .maxAttempts(CLUSTER_ATTEMPTS)
                .maxTotalRetriesDuration(settings.timeout())
                .build();
        yield opened(settings, commands, new ClusterNodes(provider), line);
      }
    };
  }

  private static Redis opened(
      RedisSettings settings, UnifiedJedis commands, Servers servers, JedisClientConfig line) {
    try {
      return new Redis(settings, commands, servers, line);
    } catch (RuntimeException e) {
      commands.close();
      throw e;
    }
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

  /** Whether a server answers now. */
  public boolean answers(HostAndPort server) {
    try (Connection connection = servers.connection(server)) {
      return connection.ping();
    } catch (JedisException e) {
      return false;
    }
  }

  /** The servers that take writes, as far as is known. */
  public Collection<HostAndPort> primaries() {
    return servers.primaries();
  }

  /** Finds out anew which server has what. */
  public void refresh() {
    servers.refresh();
  }

  /** Gives up the connections that are idle: after an outage each of them is broken. */
  public void dropIdleConnections() {
    servers.pools().forEach(Pool::clear);
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
    byte[] anyKey = key("info").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    try (Connection connection = servers.connection(servers.home(anyKey))) {
      connection.sendCommand(redis.clients.jedis.Protocol.Command.INFO);
      return connection.getBulkReply();
    }
  }

  /** The innermost cause says what the matter is. */
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static JedisClientConfig config(RedisSettings settings, int socketTimeoutMillis) {
    return DefaultJedisClientConfig.builder()
        .connectionTimeoutMillis((int) settings.timeout().toMillis())
        .socketTimeoutMillis(socketTimeoutMillis)
        .user(settings.user())
        .password(settings.password())
        .database(settings.database())
        .clientName("broadcasty")
        .protocol(RedisProtocol.RESP2)
        .ssl(settings.tls())
        .build();
  }

  /** Sentinels take the same password where they want one; without TLS of their own. */
  private static JedisClientConfig sentinelConfig(RedisSettings settings) {
    return DefaultJedisClientConfig.builder()
        .timeoutMillis((int) settings.timeout().toMillis())
        .ssl(settings.tls())
        .build();
  }

  private static ConnectionPoolConfig pool(int size) {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(size);
    pool.setMaxIdle(size);
    pool.setMaxWait(java.time.Duration.ofMillis(MAX_WAIT_MILLIS));
    pool.setJmxEnabled(false);
    return pool;
  }

  private record OneServer(PooledConnectionProvider provider, HostAndPort host) implements Servers {
    @Override
    public HostAndPort home(byte[] key) {
      return host;
    }

    @Override
    public Connection connection(HostAndPort server) {
      return provider.getConnection();
    }

    @Override
    public Collection<? extends Pool<?>> pools() {
      return List.of(provider.getPool());
    }

    @Override
    public Collection<HostAndPort> primaries() {
      return List.of(host);
    }

    @Override
    public void refresh() {
      // it is where it is
    }
  }

  private record Watched(SentineledConnectionProvider provider) implements Servers {
    @Override
    public HostAndPort home(byte[] key) {
      return provider.getCurrentMaster();
    }

    @Override
    public Connection connection(HostAndPort server) {
      return provider.getConnection();
    }

    @Override
    public Collection<? extends Pool<?>> pools() {
      return provider.getConnectionMap().values();
    }

    @Override
    public Collection<HostAndPort> primaries() {
      return List.of(provider.getCurrentMaster());
    }

    @Override
    public void refresh() {
      // the Sentinels tell
    }
  }

  private record ClusterNodes(ClusterConnectionProvider provider) implements Servers {
    @Override
    public HostAndPort home(byte[] key) {
      HostAndPort home = provider.getNode(JedisClusterCRC16.getSlot(key));
      if (home == null) {
        throw new JedisException("no node of the Cluster is known to have the key");
      }
      return home;
    }

    @Override
    public Connection connection(HostAndPort server) {
      return provider.getConnection(server);
    }

    @Override
    public Collection<? extends Pool<?>> pools() {
      return Map.copyOf(provider.getConnectionMap()).values();
    }

    @Override
    public Collection<HostAndPort> primaries() {
      return provider.getPrimaryNodes().keySet().stream().map(HostAndPort::from).toList();
    }

    @Override
    public void refresh() {
      provider.renewSlotCache();
    }
  }
}
