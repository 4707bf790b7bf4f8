package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigSource;
import java.util.Optional;
import java.util.Set;

/**
 * Reads values as they are meant in environment files: some tools, such as {@code docker
 * --env-file}, keep the quotes around a value, and examples write {@code ...} for what is to be
 * filled in, which is no value.
 */
final class EnvironmentFileValues implements ConfigSource {

  private static final String PLACEHOLDER = "...";

  private final ConfigSource source;

  EnvironmentFileValues(ConfigSource source) {
    this.source = source;
  }

  @Override
  public Optional<String> get(String name) {
    return source
        .get(name)
        .map(EnvironmentFileValues::withoutQuotes)
        .filter(text -> !text.equals(PLACEHOLDER));
  }

  @Override
  public Set<String> names() {
    return source.names();
  }

  private static String withoutQuotes(String text) {
    String stripped = text.strip();
    int last = stripped.length() - 1;
    if (last < 1 || stripped.charAt(0) != stripped.charAt(last)) {
      return text;
    }
    char quote = stripped.charAt(0);
    return quote == '"' || quote == '\'' ? stripped.substring(1, last) : text;
  }
}
