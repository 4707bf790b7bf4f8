package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.redis.RedisSettings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads how Redis and the database are reached. */
final class StoreReader {

  private static final String DEFAULT_CONNECTION = "default";

  private final SettingsReader reader;

  StoreReader(SettingsReader reader) {
    this.reader = reader;
  }

  @Nullable String dataSource() {
    Optional<String> dataSource = reader.optional(ConfigKeys.DB_DATASOURCE);
    if (dataSource.isPresent() && reader.optional(ConfigKeys.DB_URL).isPresent()) {
      reader.fault(
          ConfigKeys.DB_DATASOURCE.name()
              + " and "
              + ConfigKeys.DB_URL.name()
              + ": keep one of them, since a data source already has an address");
    }
    return dataSource.orElse(null);
  }

  DatabaseSettings database(String dataDir) {
    String url = reader.optional(ConfigKeys.DB_URL).orElseGet(() -> embeddedUrl(dataDir));
    if (!url.startsWith("jdbc:")) {
      reader.fault(ConfigKeys.DB_URL.name() + ": must be a JDBC URL, which begins with jdbc:");
    }
    return new DatabaseSettings(
        url,
        reader.value(ConfigKeys.DB_USER, ""),
        reader.optional(ConfigKeys.DB_PASSWORD).orElse(null),
        Math.max(2, reader.count(ConfigKeys.DB_POOL)));
  }

  /** Returns the key that says where the database is. */
  ConfigKey<String> databaseKey() {
    if (reader.optional(ConfigKeys.DB_DATASOURCE).isPresent()) {
      return ConfigKeys.DB_DATASOURCE;
    }
    return reader.optional(ConfigKeys.DB_URL).isPresent() ? ConfigKeys.DB_URL : ConfigKeys.DATA_DIR;
  }

  private static String embeddedUrl(String dataDir) {
    return "jdbc:h2:file:" + Path.of(dataDir).toAbsolutePath().resolve("broadcasty");
  }

  RedisSettings redis() {
    ConfigKey<String> key = redisKey();
    if (!key.equals(ConfigKeys.REDIS_URL) && reader.optional(key).isEmpty()) {
      reader.fault(
          key.name()
              + " (or "
              + key.environmentName()
              + "): is missing, but "
              + ConfigKeys.REDIS_CONN.name()
              + " names this connection; for example "
              + key.example());
    }
    String prefix = reader.value(ConfigKeys.REDIS_PREFIX, "");
    if (prefix.contains("{") || prefix.contains("}")) {
      reader.fault(
          ConfigKeys.REDIS_PREFIX.name()
              + ": must not contain braces, because they decide on which node a Redis Cluster keeps"
              + " a key");
    }
    int pool = reader.count(ConfigKeys.REDIS_POOL);
    try {
      return RedisSettings.parse(reader.value(key, "redis://localhost"), prefix, pool);
    } catch (IllegalArgumentException e) {
      reader.fault(key.name() + " (or " + key.environmentName() + "): " + e.getMessage());
      return RedisSettings.parse("redis://localhost", prefix, pool);
    }
  }

  /** Returns the key that says where Redis is: that of the named connection, if one is named. */
  ConfigKey<String> redisKey() {
    String connection = reader.value(ConfigKeys.REDIS_CONN, DEFAULT_CONNECTION);
    ConfigKey<String> url = ConfigKeys.REDIS_URL;
    return connection.equals(DEFAULT_CONNECTION)
        ? url
        : new ConfigKey<>(
            url.name() + "." + connection, ConfigType.TEXT, null, url.example(), url.description());
  }
}
