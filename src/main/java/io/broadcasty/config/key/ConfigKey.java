package io.broadcasty.config.key;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be set.
 *
 * @param name as in MicroProfile Config, {@code broadcasty.…}
 * @param type how its text is read
 * @param defaultText what is in force when it is not set; null for nothing
 * @param example a value that is valid
 * @param meaning one or two sentences for the reference
 */
public record ConfigKey<T>(
    String name, ConfigType<T> type, @Nullable String defaultText, String example, String meaning) {

  /** The environment variable of the same meaning (MicroProfile Config 3.1, section 5.3). */
  public String environmentName() {
    return environmentName(name);
  }

  /** The environment variable of a key with this name. */
  public static String environmentName(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  /**
   * Reads the value, or the default.
   *
   * @throws IllegalArgumentException when the text is not of the type; the message says what is
   *     expected
   */
  public Optional<T> read(ConfigSource source) {
    Optional<String> text = source.get(name).filter(t -> !t.isBlank());
    if (text.isPresent()) {
      return Optional.of(type.parse(text.get()));
    }
    return Optional.ofNullable(defaultText).map(type::parse);
  }
}
