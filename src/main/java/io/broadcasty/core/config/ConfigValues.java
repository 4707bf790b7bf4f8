package io.broadcasty.core.config;

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
 * Reads the values of keys and collects their faults, so that an operator gets all of them at once.
 * A fault never contains the value, which may be a secret. For use by one thread.
 */
public final class ConfigValues {

  private static final int MAX_FILE_BYTES = 100_000;

  private final ConfigSource source;
  private final List<String> faults;
  private final List<String> notices = new ArrayList<>();

  /**
   * Creates a reader.
   *
   * @param faults receives a sentence for each fault
   */
  public ConfigValues(ConfigSource source, List<String> faults) {
    this.source = source;
    this.faults = faults;
  }

  /** Returns hints for operators that are no faults. */
  public List<String> notices() {
    return List.copyOf(notices);
  }

  /** Returns how many faults were found so far, by this reader and others that share the list. */
  public int faultCount() {
    return faults.size();
  }

  /**
   * Returns the key's value or its default; empty when there is neither, or the value is invalid.
   */
  public <T> Optional<T> optional(ConfigKey<T> key) {
    try {
      return key.read(source);
    } catch (IllegalArgumentException e) {
      fault(key, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /**
   * Returns the key's value or its default; {@code otherwise} when there is neither, or it is
   * invalid.
   */
  public <T> T value(ConfigKey<T> key, T otherwise) {
    return optional(key).orElse(otherwise);
  }

  /**
   * Returns the text of a name that is not a key of Broadcasty, such as a variable of a vendor's
   * tools.
   */
  public Optional<String> variable(String name) {
    return source.get(name).map(String::strip).filter(text -> !text.isEmpty());
  }

  /** Returns the key's text, otherwise that of the given variable. */
  public Optional<String> text(ConfigKey<String> key, String variable) {
    Optional<String> own = optional(key).map(String::strip).filter(t -> !t.isEmpty());
    Optional<String> vendors = variable(variable);
    noticeConflict(key, own, variable, vendors);
    return own.or(() -> vendors);
  }

  /**
   * Returns the key's text, otherwise that of the given variable; reports a fault and returns null
   * when neither is set.
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

  /** Returns a URL without a query; reports a fault and returns null when it is invalid. */
  public @Nullable URI url(ConfigKey<String> key) {
    String text = optional(key).orElse("").replaceAll("/+$", "");
    if (!text.matches("https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?")) {
      fault(key, "must be an http or https URL without a query");
      return null;
    }
    return create(key, () -> URI.create(text));
  }

  /**
   * Returns a text that is given literally or is the content of the named file.
   *
   * @param beginning how the text itself begins: {@code -----BEGIN}
   * @return null after a fault
   */
  public @Nullable String textOrFile(ConfigKey<?> key, String given, String beginning) {
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

  /**
   * Returns the object created from a value; reports the exception's message as a fault and returns
   * null when the value is rejected.
   */
  public <T> @Nullable T create(ConfigKey<?> key, Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      fault(key, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Reports a fault of a key's value, with a valid example. */
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

  /** Reports a fault with its own sentence. */
  public void fault(String sentence) {
    faults.add(sentence);
  }

  /** Reports a hint that is no fault; one that is repeated only once. */
  public void notice(String sentence) {
    if (!notices.contains(sentence)) {
      notices.add(sentence);
    }
  }

  /** Reports that a key and a vendor's variable for it have different values. */
  public void noticeConflict(
      ConfigKey<?> key, Optional<String> own, String variable, Optional<String> vendors) {
    if (own.isPresent() && vendors.isPresent() && !own.equals(vendors)) {
      notice(
          key.name()
              + " and the variable "
              + variable
              + " have different values; the former counts, so remove the latter");
    }
  }
}
