package io.broadcasty.config;

import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.config.key.ConfigType;
import java.util.List;

/**
 * The keys of one server that speaks Pusher's protocol. Each but the standard {@code
 * broadcasty.driver.…} is also read from the environment variable that the server's own tools use,
 * such as {@code PUSHER_APP_ID}.
 */
record PusherKeys(
    ConfigKey<String> appId,
    ConfigKey<String> appKey,
    ConfigKey<String> appSecret,
    ConfigKey<String> host,
    ConfigKey<Long> port,
    ConfigKey<String> scheme) {

  private static final String PREFIX = "broadcasty.driver.";

  static PusherKeys of(String provider, String exampleHost) {
    return new PusherKeys(
        text(provider, "app-id", "1234567", "The application's id"),
        text(provider, "app-key", "278d425bdf160c739803", "The application's key"),
        text(provider, "app-secret", "…", "The application's secret"),
        text(provider, "host", exampleHost, "The host of the HTTP API"),
        new ConfigKey<>(
            PREFIX + provider + ".port",
            ConfigType.number(1, 65_535),
            null,
            "8080",
            "Its port; unset, that of the scheme. Else " + variable(provider, "port") + "."),
        new ConfigKey<>(
            PREFIX + provider + ".scheme",
            ConfigType.oneOf("https", "http"),
            null,
            "http",
            "Its scheme; unset, https. Else " + variable(provider, "scheme") + "."));
  }

  private static ConfigKey<String> text(
      String provider, String name, String example, String meaning) {
    return new ConfigKey<>(
        PREFIX + provider + "." + name,
        ConfigType.TEXT,
        null,
        example,
        meaning + ". Else " + variable(provider, name) + ".");
  }

  private static String variable(String provider, String name) {
    return ConfigKey.environmentName(provider + "." + name);
  }

  /** The other environment variable of a key: {@code PUSHER_APP_ID}. */
  static String variable(ConfigKey<?> key) {
    return ConfigKey.environmentName(key.name().substring(PREFIX.length()));
  }

  /** What there must be for the provider to be used. */
  List<ConfigKey<String>> required() {
    return List.of(appId, appKey, appSecret, host);
  }
}
