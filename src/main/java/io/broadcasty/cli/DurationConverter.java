package io.broadcasty.cli;

import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as the configuration writes them: {@code 15m}, {@code 1h}, {@code 2d}. */
final class DurationConverter implements ITypeConverter<Duration> {

  private static final ConfigType<Duration> TYPE =
      ConfigType.duration(Duration.ofSeconds(1), Duration.ofDays(3650));

  @Override
  public Duration convert(String text) {
    try {
      return TYPE.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(text + " " + e.getMessage());
    }
  }
}
