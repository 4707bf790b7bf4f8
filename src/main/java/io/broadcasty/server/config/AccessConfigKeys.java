package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.util.List;

/** The keys of which requests are answered at all. */
final class AccessConfigKeys {

  static final ConfigKey<Boolean> PROM =
      new ConfigKey<>(
          "broadcasty.prom",
          ConfigType.FLAG,
          "true",
          "false",
          "Serves the meters for Prometheus at /broadcasty/metrics. If false, that address does not"
              + " exist.");

  /** Every key of this class, in the order of the reference. */
  static final List<ConfigKey<?>> ALL = List.of(PROM);

  private AccessConfigKeys() {}
}
