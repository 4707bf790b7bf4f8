package io.broadcasty.core.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The type of a configuration value.
 *
 * @param name for the reference, such as "duration"
 * @param parser throws {@link IllegalArgumentException} with what is expected
 */
public record ConfigType<T>(String name, Function<String, T> parser) {

  /** {@code true} or {@code false}. */
  public static final ConfigType<Boolean> FLAG =
      new ConfigType<>("true or false", ConfigType::flag);

  /** Any text. */
  public static final ConfigType<String> TEXT = new ConfigType<>("a text", text -> text);

  /** Texts separated by commas. */
  public static final ConfigType<List<String>> LIST =
      new ConfigType<>("a list, separated by commas", ConfigType::list);

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)?");

  /**
   * Parses a text, ignoring blanks around it.
   *
   * @throws IllegalArgumentException when it is not of the type; the message says what is expected
   */
  public T parse(String text) {
    return parser.apply(text.strip());
  }

  /** Returns the type of whole numbers in a range. */
  public static ConfigType<Long> number(long min, long max) {
    String range = "a whole number from " + min + " to " + max;
    return new ConfigType<>(
        range,
        text -> {
          try {
            long value = Long.parseLong(text.replace("_", ""));
            if (value >= min && value <= max) {
              return value;
            }
          } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("must be " + range, notANumber);
          }
          throw new IllegalArgumentException("must be " + range);
        });
  }

  /**
   * Returns the type of durations in a range: {@code 500ms}, {@code 20s}, {@code 10m}, {@code 1h},
   * {@code 2d}; seconds when no unit is given.
   */
  public static ConfigType<Duration> duration(Duration min, Duration max) {
    String range = "a duration from " + format(min) + " to " + format(max);
    return new ConfigType<>(
        range,
        text -> {
          Duration value = duration(text, range);
          if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException("must be " + range);
          }
          return value;
        });
  }

  /** Returns the type of a choice among several words. */
  public static ConfigType<String> oneOf(String... words) {
    String choice = "one of " + String.join(", ", words);
    return new ConfigType<>(
        choice,
        text -> {
          if (!Arrays.asList(words).contains(text)) {
            throw new IllegalArgumentException("must be " + choice);
          }
          return text;
        });
  }

  private static Boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  private static Duration duration(String text, String range) {
    Matcher matcher = DURATION.matcher(text);
    if (matcher.matches()) {
      long amount = Long.parseLong(matcher.group(1));
      String unit = matcher.group(2);
      return switch (unit == null ? "s" : unit) {
        case "ms" -> Duration.ofMillis(amount);
        case "m" -> Duration.ofMinutes(amount);
        case "h" -> Duration.ofHours(amount);
        case "d" -> Duration.ofDays(amount);
        default -> Duration.ofSeconds(amount);
      };
    }
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("must be " + range + ", such as 500ms, 20s, 10m or 1h", e);
    }
  }

  /** Formats a duration as it is written in the configuration. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 86_400 == 0 && seconds > 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3600 == 0 && seconds > 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
