package io.broadcasty.app;

import io.broadcasty.auth.LocalNonceStore;
import io.broadcasty.auth.NonceStore;
import io.broadcasty.auth.redis.RedisNonceStore;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.jdbc.JdbcBroker;
import io.broadcasty.broker.jdbc.JdbcBrokerSettings;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.broker.redis.RedisBroker;
import io.broadcasty.broker.redis.RedisBrokerSettings;
import io.broadcasty.config.ConfigKey;
import io.broadcasty.config.ConfigKeys;
import io.broadcasty.config.InvalidConfigurationException;
import io.broadcasty.config.Settings;
import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseException;
import io.broadcasty.hub.Hub;
import io.broadcasty.nodes.LocalNodeRegistry;
import io.broadcasty.nodes.NodeInfo;
import io.broadcasty.nodes.NodeRegistry;
import io.broadcasty.nodes.redis.RedisNodeRegistry;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.presence.redis.RedisPresenceStore;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.ratelimit.LocalConnectionLimiter;
import io.broadcasty.ratelimit.LocalRateLimiter;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.ratelimit.redis.RedisConnectionLimiter;
import io.broadcasty.ratelimit.redis.RedisRateLimiter;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.RedisUnusableException;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.logging.Logger;

/**
 * Where streams and members are kept and limits are counted, as configured, with what that stands
 * on. With Redis, members, limits and the registry are those of all nodes, else of this one.
 *
 * @param release gives up what it stands on
 */
record Store(
    Broker broker,
    PresenceStore presence,
    RateLimiter limits,
    ConnectionLimiter connections,
    NonceStore nonces,
    NodeRegistry nodes,
    Runnable release)
    implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Store.class.getName());

  /** Redis may start at the same time as this node. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** For how long members who come and go are told of together. */
  private static final long GATHER_MILLIS = 100;

  private static final Duration PAUSE = Duration.ofMillis(500);

  /** Between two times that nodes tell each other what they have granted. */
  private static final long SHARE_MILLIS = 200;

  /**
   * Opens what is configured.
   *
   * @param self describes this node as it is now
   */
  static Store open(
      Settings settings,
      Supplier<NodeInfo> self,
      Ticker ticker,
      WallClock clock,
      Hub hub,
      Threads threads) {
    return switch (settings.replay().store()) {
      case MEMORY ->
          alone(
              memory(settings, ticker, clock, hub),
              () -> {},
              settings,
              self,
              ticker,
              clock,
              hub,
              threads);
      case DATABASE -> database(settings, self, ticker, clock, hub, threads);
      case REDIS -> redis(settings, self, ticker, clock, hub, threads);
    };
  }

  @Override
  public void close() {
    presence.close();
    nodes.close();
    broker.close();
    release.run();
  }

  private static Broker memory(Settings settings, Ticker ticker, WallClock clock, Hub hub) {
    Settings.Replay replay = settings.replay();
    return new MemoryBroker(
        replay.retention(), replay.idempotencyWindow(), replay.maxIds(), ticker, clock, hub);
  }

  private static Store database(
      Settings settings,
      Supplier<NodeInfo> self,
      Ticker ticker,
      WallClock clock,
      Hub hub,
      Threads threads) {
    Database database = connectDatabase(settings, ticker);
    Settings.Replay replay = settings.replay();
    JdbcBroker broker =
        new JdbcBroker(
            new JdbcBrokerSettings(replay.retention(), replay.idempotencyWindow()),
            database,
            clock,
            hub,
            Threads.named("committer"),
            threads.answers);
    return alone(broker, database::close, settings, self, ticker, clock, hub, threads);
  }

  /** A node that knows of no other. */
  private static Store alone(
      Broker broker,
      Runnable release,
      Settings settings,
      Supplier<NodeInfo> self,
      Ticker ticker,
      WallClock clock,
      Hub hub,
      Threads threads) {
    return new Store(
        broker,
        new LocalPresenceStore(
            settings.presence().maxMembers(), ticker, hub, threads.after(GATHER_MILLIS)),
        new LocalRateLimiter(settings.limits(), ticker),
        new LocalConnectionLimiter(
            self.get().name(),
            settings.session().maxConnectionsPerTenant(),
            settings.session().maxConnectionsPerUser()),
        new LocalNonceStore(settings.edge().nonceKept(), ticker),
        new LocalNodeRegistry(self, clock),
        release);
  }

  private static Store redis(
      Settings settings,
      Supplier<NodeInfo> self,
      Ticker ticker,
      WallClock clock,
      Hub hub,
      Threads threads) {
    Redis redis = connect(settings, ticker);
    Settings.Replay replay = settings.replay();
    RedisBroker broker =
        new RedisBroker(
            new RedisBrokerSettings(
                replay.retention(), replay.idempotencyWindow(), settings.redisReplicas()),
            redis,
            ticker,
            clock,
            hub,
            Threads.named("redis"),
            threads.answers);
    RedisNodeRegistry nodes = new RedisNodeRegistry(redis, self, ticker);
    RedisPresenceStore presence =
        new RedisPresenceStore(
            redis,
            nodes.self(),
            settings.presence().maxMembers(),
            ticker,
            clock,
            hub,
            Threads.named("presence"),
            threads.after(GATHER_MILLIS));
    RedisRateLimiter limits = new RedisRateLimiter(redis, settings.limits(), ticker, clock);
    RedisConnectionLimiter connections =
        new RedisConnectionLimiter(
            redis,
            nodes.self(),
            settings.session().maxConnectionsPerTenant(),
            settings.session().maxConnectionsPerUser(),
            ticker,
            () -> nodes.nodes().stream().map(NodeInfo::name).toList());
    nodes.start(List.of(new MembersOfNodes(presence)), Threads.named("nodes"));
    threads.sharing(SHARE_MILLIS, limits::share);
    threads.sharing(SHARE_MILLIS, connections::tell);
    RedisNonceStore nonces = new RedisNonceStore(redis, settings.edge().nonceKept());
    return new Store(broker, presence, limits, connections, nonces, nodes, redis::close);
  }

  private static Database connectDatabase(Settings settings, Ticker ticker) {
    String dataSource = settings.dataSource();
    ConfigKey<String> key = dataSource == null ? ConfigKeys.DB_URL : ConfigKeys.DB_DATASOURCE;
    try {
      return dataSource == null
          ? Database.open(settings.database())
          : Database.over(DataSources.ofServer(ticker).find(dataSource));
    } catch (DatabaseException e) {
      throw fault(key, e.reason());
    } catch (IllegalArgumentException e) {
      throw fault(key, String.valueOf(e.getMessage()));
    }
  }

  private static InvalidConfigurationException fault(ConfigKey<?> key, String what) {
    return new InvalidConfigurationException(
        List.of(key.name() + " (or " + key.environmentName() + "): " + what));
  }

  private static Redis connect(Settings settings, Ticker ticker) {
    long start = ticker.readNanos();
    while (true) {
      try {
        Redis redis = Redis.open(settings.redis());
        warnOfEviction(redis);
        return redis;
      } catch (RedisUnusableException e) {
        if (!e.mayPass() || ticker.readNanos() - start >= PATIENCE.toNanos()) {
          throw fault(ConfigKeys.REDIS_URL, String.valueOf(e.getMessage()));
        }
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static void warnOfEviction(Redis redis) {
    if (!redis.evictionPolicy().equals("noeviction")) {
      LOG.warning(
          "Redis drops keys when it is full (maxmemory-policy "
              + redis.evictionPolicy()
              + "), so that streams may lose their past before broadcasty.replay.retention is over;"
              + " noeviction keeps it and refuses publications instead");
    }
  }

  /** Members leave with their node. */
  private record MembersOfNodes(RedisPresenceStore presence) implements NodeRegistry.Listener {

    @Override
    public void onGone(String node) {
      presence.forget(node);
    }

    @Override
    public void onForgotten() {
      presence.tellAgain();
    }
  }
}
