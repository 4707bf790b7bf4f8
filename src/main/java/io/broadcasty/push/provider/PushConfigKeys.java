package io.broadcasty.push.provider;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;

/** Creates the configuration keys that most push services have. */
public final class PushConfigKeys {

  /** The default of {@link #timeout}. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  private static final ConfigType<Duration> TIMEOUT =
      ConfigType.duration(Duration.ofMillis(100), Duration.ofSeconds(20));

  private PushConfigKeys() {}

  /** Creates the key that enables a service. */
  public static ConfigKey<Boolean> enabled(String service, String description) {
    return new ConfigKey<>("broadcasty." + service, ConfigType.FLAG, "false", "true", description);
  }

  /** Creates a text key without a default. */
  public static ConfigKey<String> text(
      String service, String name, String example, String description) {
    return new ConfigKey<>(
        "broadcasty.push." + service + "." + name, ConfigType.TEXT, null, example, description);
  }

  /** Creates the key of the service's base URL. */
  public static ConfigKey<String> url(String service, String usual, String description) {
    return new ConfigKey<>(
        "broadcasty.push." + service + ".base-url",
        ConfigType.TEXT,
        usual,
        "http://localhost:9090",
        description);
  }

  /** Creates the key of the timeout for one notification. */
  public static ConfigKey<Duration> timeout(String service) {
    return new ConfigKey<>(
        "broadcasty.push." + service + ".timeout",
        TIMEOUT,
        "10s",
        "5s",
        "Time limit for sending one notification through "
            + service
            + ". A notification that takes longer is tried again.");
  }
}
