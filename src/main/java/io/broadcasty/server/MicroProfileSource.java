package io.broadcasty.server;

import io.broadcasty.core.config.ConfigSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/** Reads configuration values from MicroProfile Config. */
final class MicroProfileSource implements ConfigSource {

  private final Config config;

  MicroProfileSource(Config config) {
    this.config = config;
  }

  @Override
  public Optional<String> get(String name) {
    return config.getOptionalValue(name, String.class);
  }

  /**
   * Returns the names of all properties and environment variables. Payara does not list environment
   * variables among the property names, so they are added here.
   */
  @Override
  public Set<String> names() {
    Set<String> names = new HashSet<>(System.getenv().keySet());
    config.getPropertyNames().forEach(names::add);
    return names;
  }
}
