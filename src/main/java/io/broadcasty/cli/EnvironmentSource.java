package io.broadcasty.cli;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads keys from environment variables as MicroProfile Config does (3.1, section 5.3). */
final class EnvironmentSource implements ConfigSource {

  private final Map<String, String> variables;

  EnvironmentSource(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  @Override
  public Optional<String> get(String name) {
    String value = variables.get(name);
    if (value == null) {
      value = variables.get(name.replaceAll("[^A-Za-z0-9]", "_"));
    }
    return Optional.ofNullable(
        value == null ? variables.get(ConfigKey.environmentName(name)) : value);
  }

  @Override
  public Set<String> names() {
    return variables.keySet();
  }
}
