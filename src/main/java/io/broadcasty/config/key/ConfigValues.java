package io.broadcasty.config.key;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of keys and collects what is wrong with them, so that an operator is told every
 * fault at once. A fault never contains the value, which may be a secret. For one thread.
 */
public final class ConfigValues {

  private static final int MAX_FILE_BYTES = 100_000;

  private final ConfigSource source;
  private final List<String> faults;
  private final List<String> notices = new ArrayList<>();

  /**
   * @param faults gets a sentence for each fault
   */
  public ConfigValues(ConfigSource source, List<String> faults) {
    this.source = source;
    this.faults = faults;
  }

  /** What operators should be told though it is no fault. */
  public List<String> notices() {
    return List.copyOf(notices);
  }

  /** How many faults have been found so far, by this reader and by others that share the list. */
  public int faults() {
    return faults.size();
  }

  /** The key's value or its default; empty when there is neither, or the value is faulty. */
  public <T> Optional<T> optional(ConfigKey<T> key) {
    try {
      return key.read(source);
    } catch (IllegalArgumentException e) {
      fault(key, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** The key's value or its default; {@code otherwise} when there is neither, or it is faulty. */
  public <T> T value(ConfigKey<T> key, T otherwise) {
    return optional(key).orElse(otherwise);
  }

  /** The text of a name that is no key of Broadcasty's, such as a variable of a vendor's tools. */
  public Optional<String> variable(String name) {
    return source.get(name).map(String::strip).filter(text -> !text.isEmpty());
  }

  /** The key's text, else that of the variable named. */
  public Optional<String> text(ConfigKey<String> key, String variable) {
    return optional(key).map(String::strip).filter(t -> !t.isEmpty()).or(() -> variable(variable));
  }

  /**
   * The key's text, else that of the variable named; a fault and null when neither is set.
   *
   * @param because what makes it necessary: {@code broadcasty.fcm=true}
   */
  public @Nullable String required(ConfigKey<String> key, String variable, String because) {
    String text = text(key, variable).orElse(null);
    if (text == null) {
      missing(key, variable, because);
    }
    return text;
  }

  /** Reports that neither the key nor the variable is set. */
  public void missing(ConfigKey<?> key, String variable, String because) {
    fault(key, "is missing, but " + because + " requires it; set it or the variable " + variable);
  }

  /** An address without a query; a fault and null when it is none. */
  public @Nullable URI url(ConfigKey<String> key) {
    String text = optional(key).orElse("").replaceAll("/+$", "");
    if (!text.matches("https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?")) {
      fault(key, "must be an http or https URL without a query");
      return null;
    }
    return checked(key, () -> URI.create(text));
  }

  /**
   * A text that is given as it is or lies in the file that is named.
   *
   * @param beginning how the text itself begins: {@code -----BEGIN}
   * @return null after a fault
   */
  public @Nullable String content(ConfigKey<?> key, String given, String beginning) {
    if (given.strip().startsWith(beginning)) {
      return given;
    }
    try {
      Path file = Path.of(given.strip());
      if (Files.size(file) <= MAX_FILE_BYTES) {
        return Files.readString(file);
      }
      fault(
          key,
          "names a file of more than " + MAX_FILE_BYTES + " bytes, which is too large to be valid");
    } catch (IOException | InvalidPathException e) {
      fault(
          key,
          "must be a text that begins with "
              + beginning
              + " or the path of a readable text file; reading the file failed with "
              + e.getClass().getSimpleName());
    }
    return null;
  }

  /** What is made of a value; a fault with its message and null when it is not accepted. */
  public <T> @Nullable T checked(ConfigKey<?> key, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      fault(key, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Reports a fault of a key's value, with an example of a good one. */
  public void fault(ConfigKey<?> key, String what) {
    faults.add(
        key.name()
            + " (or "
            + key.environmentName()
            + "): "
            + what
            + "; for example "
            + key.example());
  }

  /** Reports a fault in words of its own. */
  public void fault(String sentence) {
    faults.add(sentence);
  }

  /** Tells operators something that is no fault. */
  public void notice(String sentence) {
    notices.add(sentence);
  }
}
