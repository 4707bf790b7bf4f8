package io.broadcasty.relay.provider;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.core.config.ConfigValues;
import java.util.Optional;

/**
 * The configuration keys of one provider, {@code broadcasty.driver.{name}.…}. Each is also read
 * from the variable that the provider's own tools use, such as {@code PUSHER_APP_ID}.
 */
public final class ProviderConfigKeys {

  private static final String PREFIX = "broadcasty.driver.";

  private final String provider;

  public ProviderConfigKeys(String provider) {
    this.provider = provider;
  }

  /** Creates a key without a default. */
  public <T> ConfigKey<T> key(String name, ConfigType<T> type, String example, String description) {
    ConfigKey<T> key = new ConfigKey<>(PREFIX + provider + "." + name, type, null, example, "");
    return new ConfigKey<>(
        key.name(),
        type,
        null,
        example,
        description + ". Falls back to the variable " + variable(key) + ".");
  }

  /** Returns the provider's own variable for a key, such as {@code PUSHER_APP_ID}. */
  public static String variable(ConfigKey<?> key) {
    return ConfigKey.environmentName(key.name().substring(PREFIX.length()));
  }

  /** Returns the text that is set for a key, by its own name or by the provider's variable. */
  public static Optional<String> text(ConfigValues values, ConfigKey<?> key) {
    Optional<String> own = values.variable(key.name());
    Optional<String> vendors = values.variable(variable(key));
    values.noticeConflict(key, own, variable(key), vendors);
    return own.or(() -> vendors);
  }

  /** Reports that a key is missing. */
  public void missing(ConfigValues values, ConfigKey<?> key) {
    values.fault(
        variable(key)
            + " (or "
            + key.name()
            + ") is missing, but the relay provider "
            + provider
            + " requires it; for example "
            + key.example());
  }

  /** Reports a fault if the text does not match the pattern. */
  public void check(
      ConfigValues values, ConfigKey<?> key, String text, String pattern, String expected) {
    if (!text.matches(pattern)) {
      values.fault(key.name() + " (or " + variable(key) + "): must be " + expected);
    }
  }
}
