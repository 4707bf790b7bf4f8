package io.broadcasty.cli.doctor;

import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.KeyStoreException;
import io.broadcasty.admin.key.jdbc.JdbcApiKeys;
import io.broadcasty.core.secret.SecretException;
import io.broadcasty.core.time.RemoteClock;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseException;
import io.broadcasty.infra.database.EmbeddedH2;
import io.broadcasty.infra.database.SchemaState;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisUnusableException;
import io.broadcasty.server.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/** Connects to the configured stores, and compares clocks, schema and secrets. */
final class StoreChecks {

  private static final Duration NOTICEABLE = Duration.ofSeconds(2);

  private final Settings settings;
  private final WallClock clock;
  private final List<Finding> findings = new ArrayList<>();

  StoreChecks(Settings settings, WallClock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  List<Finding> run() {
    Settings.Store store = settings.replay().store();
    if (store == Settings.Store.REDIS) {
      redis();
    }
    boolean database =
        store == Settings.Store.DATABASE
            || settings.replay().queued()
            || !settings.mirror().channels().isEmpty();
    if (database) {
      database();
    }
    if (store == Settings.Store.MEMORY) {
      findings.add(
          Finding.warning(
              "store",
              "streams are in memory: they end with the process, and there are no stored tenants,"
                  + " keys and policies",
              "set BROADCASTY_REPLAY_STORE=database, or redis for several nodes"));
    }
    return findings;
  }

  private void redis() {
    try (Redis redis = Redis.open(settings.redis())) {
      for (HostAndPort server : redis.primaries()) {
        redis.testWrite(server);
      }
      findings.add(Finding.ok("redis", redis.toString()));
      if (!redis.evictionPolicy().equals("noeviction")) {
        findings.add(
            Finding.warning(
                "redis",
                "it evicts keys when its memory is full (" + redis.evictionPolicy() + ")",
                "set maxmemory-policy noeviction in redis.conf, or streams lose publications"));
      }
      compare(redis.clock(), "Redis");
    } catch (RedisUnusableException | JedisException e) {
      findings.add(
          Finding.error(
              "redis",
              String.valueOf(e.getMessage()),
              "start Redis, or correct "
                  + settings.redisKey().environmentName()
                  + "; redis-cli -u URL ping must answer PONG"));
    }
  }

  private void database() {
    if (settings.dataSource() != null) {
      findings.add(
          Finding.skipped(
              "database", "only the server reaches its data source " + settings.dataSource()));
      return;
    }
    try (Database database = EmbeddedH2.openUnchanged(settings.database())) {
      if (database == null) {
        findings.add(Finding.ok("database", "the first start creates it in the data directory"));
        return;
      }
      findings.add(Finding.ok("database", database.dialect() + " answers"));
      compare(database.clock(), "the database");
      SchemaState schema = database.schema();
      if (schema.newer() != null) {
        findings.add(
            Finding.error(
                "schema",
                "version " + schema.newer() + " is newer than this release",
                "deploy the release that created it, or a later one, or restore a backup from"
                    + " before"));
        return;
      }
      findings.add(
          Finding.ok(
              "schema",
              schema.pending() == 0
                  ? "version " + schema.version()
                  : "the next start brings it to this release, by "
                      + schema.pending()
                      + " migrations"));
      if (schema.pending() == 0) {
        masterKeys(database);
      }
    } catch (DatabaseException e) {
      String reason = e.reason();
      boolean inUse = reason.contains("locked") || reason.contains("already in use");
      findings.add(
          inUse
              ? Finding.skipped("database", "a running server uses it; stop it to have it checked")
              : Finding.error(
                  "database",
                  reason,
                  "start the database, or correct "
                      + settings.databaseKey().environmentName()
                      + ", BROADCASTY_DB_USER and BROADCASTY_DB_PASSWORD"));
    } catch (IllegalArgumentException e) {
      findings.add(
          Finding.error(
              "database",
              String.valueOf(e.getMessage()),
              "correct " + settings.databaseKey().environmentName()));
    }
  }

  /** Compares the clock of this machine with that of a store. */
  private void compare(RemoteClock shared, String store) {
    Duration skew = Duration.ofMillis(clock.nowMillis() - shared.nowMillis());
    if (skew.abs().compareTo(NOTICEABLE) <= 0) {
      findings.add(Finding.ok("clock", "it agrees with that of " + store));
      return;
    }
    String detail =
        "this machine's clock is "
            + skew.abs().toSeconds()
            + " s "
            + (skew.isNegative() ? "behind" : "ahead of")
            + " that of "
            + store;
    String mend = "set the time of both machines by NTP: timedatectl set-ntp true";
    findings.add(
        skew.abs().compareTo(settings.maxClockSkew()) > 0
            ? Finding.error("clock", detail + "; a node would take no part", mend)
            : Finding.warning("clock", detail, mend));
  }

  private void masterKeys(Database database) {
    List<ApiKey> keys;
    try {
      keys = new JdbcApiKeys(database, clock).loadAll();
    } catch (KeyStoreException e) {
      findings.add(
          Finding.error("master key", String.valueOf(e.getMessage()), "try again, with --verbose"));
      return;
    }
    int lost = 0;
    Set<String> ids = new TreeSet<>();
    for (ApiKey key : keys) {
      try {
        String secret = settings.masterKeys().decrypt(key.masterKeyId(), key.secret(), key.id());
        assert !secret.isEmpty();
      } catch (SecretException e) {
        lost++;
        ids.add(key.masterKeyId());
      }
    }
    if (lost > 0) {
      findings.add(
          Finding.error(
              "master key",
              lost
                  + " of "
                  + keys.size()
                  + " API keys cannot be decrypted; they were encrypted by the master key "
                  + String.join(", ", ids),
              "put that key back into BROADCASTY_MASTER_KEY, behind the present one and a comma;"
                  + " if it is lost, revoke these keys and create others"));
    } else if (settings.masterKeys().isEmpty()) {
      findings.add(
          Finding.warning(
              "master key",
              "there is none, so API keys cannot be created",
              "set BROADCASTY_MASTER_KEY; broadcasty install makes one"));
    } else {
      findings.add(
          Finding.ok(
              "master key", settings.masterKeys().currentId() + ", " + keys.size() + " API keys"));
    }
  }
}
