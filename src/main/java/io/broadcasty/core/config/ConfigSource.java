package io.broadcasty.core.config;

import java.util.Optional;
import java.util.Set;

/** Port: a source of configuration values. */
public interface ConfigSource {

  /** Returns the text of a value, if it is set. */
  Optional<String> get(String name);

  /** Returns every name that is set, including environment variables, as found. */
  Set<String> names();
}
