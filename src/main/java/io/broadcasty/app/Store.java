package io.broadcasty.app;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.Epochs;
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
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.PresenceStore;
import io.broadcasty.presence.redis.RedisPresenceStore;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.RedisUnusableException;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;

/**
 * Where streams and members are kept, as configured, with what that stands on.
 *
 * @param broker in force
 * @param presence in force: of all nodes with Redis, else of this one
 * @param release gives up what it stands on
 */
record Store(Broker broker, PresenceStore presence, Runnable release) implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Store.class.getName());

  /** Redis may start at the same time as this node. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** For how long members who come and go are told of together. */
  private static final long GATHER_MILLIS = 100;

  private static final Duration PAUSE = Duration.ofMillis(500);

  static Store open(Settings settings, Ticker ticker, WallClock clock, Hub hub, Threads threads) {
    return switch (settings.replay().store()) {
      case MEMORY -> memory(settings, ticker, clock, hub, threads);
      case DATABASE -> database(settings, ticker, clock, hub, threads);
      case REDIS -> redis(settings, ticker, clock, hub, threads);
    };
  }

  @Override
  public void close() {
    presence.close();
    broker.close();
    release.run();
  }

  private static Store memory(
      Settings settings, Ticker ticker, WallClock clock, Hub hub, Threads threads) {
    Settings.Replay replay = settings.replay();
    MemoryBroker broker =
        new MemoryBroker(
            replay.retention(), replay.idempotencyWindow(), replay.maxIds(), ticker, clock, hub);
    return new Store(broker, membersHere(settings, ticker, hub, threads), () -> {});
  }

  private static Store database(
      Settings settings, Ticker ticker, WallClock clock, Hub hub, Threads threads) {
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
    return new Store(broker, membersHere(settings, ticker, hub, threads), database::close);
  }

  private static Store redis(
      Settings settings, Ticker ticker, WallClock clock, Hub hub, Threads threads) {
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
    RedisPresenceStore presence =
        new RedisPresenceStore(
            redis,
            Epochs.next(),
            settings.presence().maxMembers(),
            ticker,
            clock,
            hub,
            Threads.named("presence"),
            threads.after(GATHER_MILLIS));
    return new Store(broker, presence, redis::close);
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

  private static PresenceStore membersHere(
      Settings settings, Ticker ticker, Hub hub, Threads threads) {
    return new LocalPresenceStore(
        settings.presence().maxMembers(), ticker, hub, threads.after(GATHER_MILLIS));
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
}
