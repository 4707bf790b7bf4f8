package io.broadcasty.infra.redis;

import java.util.HashSet;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

/** Connects to a Redis installation of any kind, or says why it cannot be used. */
final class RedisConnector {

  private RedisConnector() {}

  /** Connects as {@link Redis#open} describes. */
  static Redis open(RedisSettings settings) {
    Redis redis;
    try {
      redis = connect(settings);
    } catch (JedisAccessControlException e) {
      throw new RedisUnusableException(
          "Redis at " + settings + " refuses the user or the password: " + e.getMessage(),
          false,
          e);
    } catch (JedisDataException e) {
      if (String.valueOf(e.getMessage()).contains("HELLO")) { // HELLO was added in Redis 6.0
        throw tooOld(settings, "an older version");
      }
      throw new RedisUnusableException(
          "Redis at " + settings + " refuses to serve: " + e.getMessage(), true, e);
    } catch (JedisException e) {
      throw new RedisUnusableException(
          "Redis at " + settings + " cannot be reached: " + reason(e), true, e);
    }
    if (redis.majorVersion() < Redis.OLDEST_MAJOR) {
      redis.close();
      throw tooOld(settings, "version " + redis.version());
    }
    return redis;
  }

  private static RedisUnusableException tooOld(RedisSettings settings, String version) {
    return new RedisUnusableException(
        "Redis 6.0 or newer is needed, and the one at " + settings + " has " + version);
  }

  private static Redis connect(RedisSettings settings) {
    JedisClientConfig config = config(settings, (int) settings.timeout().toMillis());
    JedisClientConfig line = config(settings, (int) RedisSettings.PUBSUB_TIMEOUT.toMillis());
    ConnectionPoolConfig pool = pool(settings);
    return switch (settings.kind()) {
      case SERVER -> {
        HostAndPort host = settings.hosts().get(0);
        PooledConnectionProvider provider = new PooledConnectionProvider(host, config, pool);
        UnifiedJedis commands = RedisClient.builder().connectionProvider(provider).build();
        yield opened(settings, commands, new Standalone(provider, host), line);
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
        yield opened(settings, commands, new SentinelPrimary(provider), line);
      }
      case CLUSTER -> {
        ClusterConnectionProvider provider =
            new ClusterConnectionProvider(new HashSet<>(settings.hosts()), config, pool);
        UnifiedJedis commands =
            RedisClusterClient.builder()
                .nodes(new HashSet<>(settings.hosts()))
                .connectionProvider(provider)
                .maxAttempts(RedisSettings.CLUSTER_ATTEMPTS)
                .maxTotalRetriesDuration(settings.timeout())
                .build();
        yield opened(settings, commands, new ClusterNodes(provider), line);
      }
    };
  }

  private static Redis opened(
      RedisSettings settings, UnifiedJedis commands, RedisServers servers, JedisClientConfig line) {
    try {
      return new Redis(settings, commands, servers, line);
    } catch (RuntimeException e) {
      commands.close();
      throw e;
    }
  }

  /** Returns the message of the innermost cause. */
  static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  @SuppressWarnings("deprecation") // sslOptions verifies names in another way
  private static JedisClientConfig config(RedisSettings settings, int socketTimeoutMillis) {
    return DefaultJedisClientConfig.builder()
        .connectionTimeoutMillis((int) settings.connectTimeout().toMillis())
        .socketTimeoutMillis(socketTimeoutMillis)
        .user(settings.user())
        .password(settings.password())
        .database(settings.database())
        .clientName("broadcasty")
        .protocol(RedisProtocol.RESP2)
        .ssl(settings.tls())
        .build();
  }

  /**
   * Returns the client settings for Sentinels: the same password where they require one, but no TLS
   * of their own.
   */
  @SuppressWarnings("deprecation") // as above
  private static JedisClientConfig sentinelConfig(RedisSettings settings) {
    return DefaultJedisClientConfig.builder()
        .timeoutMillis((int) settings.timeout().toMillis())
        .ssl(settings.tls())
        .build();
  }

  private static ConnectionPoolConfig pool(RedisSettings settings) {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(settings.pool());
    pool.setMaxIdle(settings.pool());
    pool.setMaxWait(settings.connectTimeout());
    pool.setJmxEnabled(false);
    return pool;
  }
}
