package io.broadcasty.relay.ably;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.relay.provider.ProviderConfigKeys;
import io.broadcasty.relay.provider.ProviderFactory;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates the Ably provider from its configuration. */
public final class AblyFactory implements ProviderFactory {

  private static final ProviderConfigKeys KEYS = new ProviderConfigKeys("ably");

  static final ConfigKey<String> KEY =
      KEYS.key(
          "key",
          ConfigType.TEXT,
          "xVLyHw.7dpLhg:secret",
          "Ably API key: its name, a colon and its secret. Required to relay to Ably");

  static final ConfigKey<String> URL =
      new ConfigKey<>(
          "broadcasty.driver.ably.url",
          ConfigType.TEXT,
          "https://main.realtime.ably.net",
          "https://main.realtime.ably.net",
          "Base URL of the Ably REST API, without a path.");

  @Override
  public String name() {
    return "ably";
  }

  @Override
  public List<ConfigKey<?>> keys() {
    return List.of(KEY, URL);
  }

  @Override
  public boolean isConfigured(ConfigValues values) {
    return ProviderConfigKeys.text(values, KEY).isPresent();
  }

  @Override
  public @Nullable Opener read(ConfigValues values) {
    AblySettings settings = settings(values);
    return settings == null ? null : (calls, clock) -> new AblyProvider(settings, calls);
  }

  /** Reads the settings; null after a fault. */
  static @Nullable AblySettings settings(ConfigValues values) {
    Optional<String> key = ProviderConfigKeys.text(values, KEY);
    if (key.isEmpty()) {
      KEYS.missing(values, KEY);
      return null;
    }
    int before = values.faultCount();
    KEYS.check(values, KEY, key.get(), "[^:\\s]+:[^:\\s]+", "a key's name, a colon and its secret");
    String url = values.value(URL, "").replaceAll("/+$", "");
    KEYS.check(values, URL, url, "https?://[^\\s/?#]+", "an address without a path");
    if (values.faultCount() > before) {
      return null;
    }
    int colon = key.get().indexOf(':');
    return new AblySettings(
        URI.create(url), key.get().substring(0, colon), key.get().substring(colon + 1));
  }
}
