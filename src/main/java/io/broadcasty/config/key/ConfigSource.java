package io.broadcasty.config.key;

import java.util.Optional;
import java.util.Set;

/** Where values come from. */
public interface ConfigSource {

  /** The value's text, if it is set. */
  Optional<String> get(String name);

  /** Every name that is set anywhere, environment variables included, under the names found. */
  Set<String> names();
}
