package io.broadcasty.app;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.jdbc.JdbcBroker;
import io.broadcasty.broker.jdbc.JdbcBrokerSettings;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.broker.redis.RedisBroker;
import io.broadcasty.broker.redis.RedisBrokerSettings;
import io.broadcasty.config.ConfigKeys;
import io.broadcasty.config.InvalidConfigurationException;
import io.broadcasty.config.Settings;
import io.broadcasty.database.Database;
import io.broadcasty.redis.Redis;
import io.broadcasty.redis.RedisUnusableException;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;

/**
 * The broker that is configured, with what it stands on.
 *
 * @param broker in force
 * @param release gives up what it stands on
 */
record Store(Broker broker, Runnable release) implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Store.class.getName());

  /** Redis may start at the same time as this node. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(500);

  static Store open(
      Settings settings,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener,
      Threads threads) {
    return switch (settings.replay().store()) {
      case MEMORY -> memory(settings.replay(), ticker, clock, listener);
      case DATABASE -> database(settings, ticker, clock, listener, threads);
      case REDIS -> redis(settings, ticker, clock, listener, threads);
    };
  }

  @Override
  public void close() {
    broker.close();
    release.run();
  }

  private static Store memory(
      Settings.Replay replay, Ticker ticker, WallClock clock, PublicationListener listener) {
    return new Store(
        new MemoryBroker(
            replay.retention(),
            replay.idempotencyWindow(),
            replay.maxIds(),
            ticker,
            clock,
            listener),
        () -> {});
  }

  private static Store database(
      Settings settings,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener,
      Threads threads) {
    String dataSource = settings.dataSource();
    Database database =
        dataSource == null
            ? Database.open(settings.database())
            : Database.over(DataSources.ofServer(ticker).find(dataSource));
    Settings.Replay replay = settings.replay();
    JdbcBroker broker =
        new JdbcBroker(
            new JdbcBrokerSettings(replay.retention(), replay.idempotencyWindow()),
            database,
            clock,
            listener,
            Threads.named("committer"),
            threads.answers);
    return new Store(broker, database::close);
  }

  private static Store redis(
      Settings settings,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener,
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
            listener,
            Threads.named("redis"),
            threads.answers);
    return new Store(broker, redis::close);
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
          throw new InvalidConfigurationException(
              List.of(
                  ConfigKeys.REDIS_URL.name()
                      + " (or "
                      + ConfigKeys.REDIS_URL.environmentName()
                      + "): "
                      + e.getMessage()));
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
