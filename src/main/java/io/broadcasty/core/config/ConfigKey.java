package io.broadcasty.core.config;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One configuration key.
 *
 * @param name as in MicroProfile Config, {@code broadcasty.…}
 * @param type parses its text
 * @param defaultText in force when the key is not set; null for none
 * @param example a valid value
 * @param description one or two sentences for the reference
 */
public record ConfigKey<T>(
    String name,
    ConfigType<T> type,
    @Nullable String defaultText,
    String example,
    String description) {

  private static final String ID = "{id}";

  /** Returns the environment variable of this key (MicroProfile Config 3.1, section 5.3). */
  public String environmentName() {
    return environmentName(name);
  }

  /** Returns the environment variable of a key with this name. */
  public static String environmentName(String name) {
    return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  /** Returns the key of one of several, of a name with {@code {id}} where its id stands. */
  public ConfigKey<T> ofId(String id) {
    return new ConfigKey<>(name.replace(ID, id), type, defaultText, example, description);
  }

  /** Returns what follows {@code {id}.} in the name. */
  public String nameAfterId() {
    return name.substring(name.indexOf(ID) + ID.length() + 1);
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
