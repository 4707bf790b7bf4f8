package io.broadcasty.server.stores;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseException;
import io.broadcasty.infra.database.EmbeddedH2;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisUnusableException;
import io.broadcasty.server.config.InvalidConfigurationException;
import io.broadcasty.server.config.Settings;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Connects to the configured stores; an exception names the setting to change. */
public final class StoreConnections {

  private static final System.Logger LOG = System.getLogger(StoreConnections.class.getName());

  /** The time to wait for a Redis that starts at the same time as this node. */
  public static final Duration REDIS_TIMEOUT = Duration.ofSeconds(10);

  /** The time to wait for the server's data source to be bound. */
  public static final Duration DATA_SOURCE_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(500);

  private StoreConnections() {}

  public static Database database(Settings settings, Ticker ticker) {
    String dataSource = settings.dataSource();
    try {
      return dataSource == null
          ? EmbeddedH2.open(settings.database())
          : Database.using(DataSourceFinder.ofServer(ticker).find(dataSource));
    } catch (DatabaseException e) {
      throw fault(settings.databaseKey(), e.reason());
    } catch (IllegalArgumentException e) {
      throw fault(settings.databaseKey(), String.valueOf(e.getMessage()));
    }
  }

  private static InvalidConfigurationException fault(ConfigKey<?> key, String what) {
    return new InvalidConfigurationException(
        List.of(key.name() + " (or " + key.environmentName() + "): " + what));
  }

  static Redis redis(Settings settings, Ticker ticker) {
    long start = ticker.readNanos();
    while (true) {
      try {
        Redis redis = Redis.open(settings.redis());
        warnOfEviction(redis);
        return redis;
      } catch (RedisUnusableException e) {
        if (!e.isTransient() || ticker.readNanos() - start >= REDIS_TIMEOUT.toNanos()) {
          throw fault(settings.redisKey(), String.valueOf(e.getMessage()));
        }
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static void warnOfEviction(Redis redis) {
    if (!redis.evictionPolicy().equals("noeviction")) {
      LOG.log(
          Level.WARNING,
          "Redis evicts keys when its memory is full (maxmemory-policy "
              + redis.evictionPolicy()
              + "), so streams may lose publications before broadcasty.replay.retention is over;"
              + " noeviction keeps them and rejects new publications instead");
    }
  }
}
