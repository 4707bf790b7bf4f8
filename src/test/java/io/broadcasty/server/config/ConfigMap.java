package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.core.config.ConfigValues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A configuration written by a test, with the faults found while it was read. A key is found under
 * the name of its environment variable too, as in MicroProfile Config.
 */
public final class ConfigMap implements ConfigSource {

  public final Map<String, String> texts = new HashMap<>();
  public final List<String> faults = new ArrayList<>();

  /** Returns a reader without the faults of earlier readers. */
  public ConfigValues values() {
    faults.clear();
    return new ConfigValues(this, faults);
  }

  @Override
  public Optional<String> get(String name) {
    return Optional.ofNullable(texts.get(name))
        .or(() -> Optional.ofNullable(texts.get(ConfigKey.environmentName(name))));
  }

  @Override
  public Set<String> names() {
    return texts.keySet();
  }
}
