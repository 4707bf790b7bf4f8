package io.broadcasty.relay.pusher;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.relay.provider.ProviderConfigKeys;
import io.broadcasty.relay.provider.ProviderFactory;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates a provider with Pusher's HTTP API from its configuration. */
public final class PusherFactory implements ProviderFactory {

  /**
   * The longest batch for Reverb, which accepts requests of 10 000 bytes by default
   * (REVERB_MAX_REQUEST_SIZE).
   */
  private static final int REVERB_BATCH_BYTES = 9_500;

  /** The longest batch for Pusher: ten events of 10 KB each. */
  private static final int PUSHER_BATCH_BYTES = 100_000;

  private final String name;
  private final int batchBytes;
  private final ProviderConfigKeys keys;
  private final ConfigKey<String> appId;
  private final ConfigKey<String> appKey;
  private final ConfigKey<String> appSecret;
  private final ConfigKey<String> host;
  private final ConfigKey<Long> port;
  private final ConfigKey<String> scheme;

  private PusherFactory(String name, String product, String exampleHost, int batchBytes) {
    this.name = name;
    this.batchBytes = batchBytes;
    this.keys = new ProviderConfigKeys(name);
    this.appId =
        keys.key(
            "app-id",
            ConfigType.TEXT,
            "1234567",
            "Application id in " + product + ". Required to relay to it");
    this.appKey =
        keys.key(
            "app-key",
            ConfigType.TEXT,
            "278d425bdf160c739803",
            "Application key in " + product + ". Required to relay to it");
    this.appSecret =
        keys.key(
            "app-secret",
            ConfigType.TEXT,
            "…",
            "Application secret in " + product + ". Required to relay to it");
    this.host =
        keys.key(
            "host",
            ConfigType.TEXT,
            exampleHost,
            "Host of the HTTP API of " + product + ". Required to relay to it");
    this.port =
        keys.key(
            "port",
            ConfigType.number(1, 65_535),
            "8080",
            "Port of the HTTP API of " + product + ". If unset, the port of the scheme");
    this.scheme =
        keys.key(
            "scheme",
            ConfigType.oneOf("https", "http"),
            "http",
            "Scheme of the HTTP API of " + product + ". If unset, https");
  }

  /** Returns the factory for Laravel Reverb. */
  public static PusherFactory reverb() {
    return new PusherFactory("reverb", "Laravel Reverb", "reverb.example.com", REVERB_BATCH_BYTES);
  }

  /** Returns the factory for Pusher Channels. */
  public static PusherFactory pusher() {
    return new PusherFactory("pusher", "Pusher Channels", "api-eu.pusher.com", PUSHER_BATCH_BYTES);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(appId, appKey, appSecret, host, port, scheme);
  }

  @Override
  public boolean isConfigured(ConfigValues values) {
    return required().stream().anyMatch(key -> ProviderConfigKeys.text(values, key).isPresent());
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    PusherSettings settings = settings(values);
    return settings == null ? null : (calls, clock) -> new PusherProvider(settings, calls, clock);
  }

  /** Reads the settings; null after a fault. */
  @Nullable PusherSettings settings(ConfigValues values) {
    int before = values.faultCount();
    for (ConfigKey<String> key : required()) {
      if (ProviderConfigKeys.text(values, key).isEmpty()) {
        keys.missing(values, key);
      }
    }
    boolean complete = values.faultCount() == before;
    String usedScheme = ProviderConfigKeys.text(values, scheme).orElse("https");
    Optional<String> usedPort = ProviderConfigKeys.text(values, port);
    String id = ProviderConfigKeys.text(values, appId).orElse("");
    String key = ProviderConfigKeys.text(values, appKey).orElse("");
    String usedHost = ProviderConfigKeys.text(values, host).orElse("");
    keys.check(values, scheme, usedScheme, "https?", "https or http");
    usedPort.ifPresent(
        number -> keys.check(values, port, number, "[0-9]{1,5}", "a number up to 65535"));
    if (complete) {
      keys.check(
          values, appId, id, "[A-Za-z0-9_.-]+", "an application id of letters, digits, _, . and -");
      keys.check(
          values,
          appKey,
          key,
          "[A-Za-z0-9_.-]+",
          "an application key of letters, digits, _, . and -");
      keys.check(
          values,
          host,
          usedHost,
          "[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]",
          "a host without scheme, port and path, such as " + host.example());
    }
    if (values.faultCount() > before) {
      return null;
    }
    return new PusherSettings(
        name,
        URI.create(usedScheme + "://" + usedHost + usedPort.map(number -> ":" + number).orElse("")),
        id,
        key,
        ProviderConfigKeys.text(values, appSecret).orElse(""),
        batchBytes);
  }

  private List<ConfigKey<String>> required() {
    return List.of(appId, appKey, appSecret, host);
  }
}
