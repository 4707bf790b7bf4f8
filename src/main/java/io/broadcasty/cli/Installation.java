package io.broadcasty.cli;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.server.config.InvalidConfigurationException;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The configuration of a server on this machine: its environment file, and the environment. */
final class Installation {

  static final String DEFAULT_FILE = "broadcasty.env";

  @Option(
      names = "--env-file",
      paramLabel = "FILE",
      description = {
        "The environment file of the server. Variables that it does not set come from the"
            + " environment. Default: "
            + DEFAULT_FILE
            + ", if there is one."
      })
  private @Nullable Path envFile;

  /** Returns the environment file; null when none is named and there is none. */
  @Nullable Path file() {
    if (envFile != null) {
      return envFile;
    }
    Path usual = Path.of(DEFAULT_FILE);
    return Files.exists(usual) ? usual : null;
  }

  /** Returns the environment file that is named, or the usual one, which may not exist. */
  Path fileToWrite() {
    return envFile == null ? Path.of(DEFAULT_FILE) : envFile;
  }

  Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>(System.getenv());
    Path file = file();
    if (file != null) {
      variables.putAll(EnvironmentFile.read(file).values());
    }
    return variables;
  }

  ConfigSource source() {
    return new EnvironmentSource(variables());
  }

  /** Returns the value of a key, or its default. */
  <T> Optional<T> value(ConfigKey<T> key) {
    try {
      return key.read(source());
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.CONFIGURATION, key.name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the settings as the server would read them.
   *
   * @throws InvalidConfigurationException as the server would
   */
  Settings settings() {
    return SettingsReader.read(source());
  }

  /** Returns the settings; null when the server would not start with them. */
  @Nullable Settings settingsIfValid() {
    try {
      return settings();
    } catch (InvalidConfigurationException e) {
      return null;
    }
  }

  /** Returns a file beside the environment file. */
  Path beside(String name) {
    Path file = file();
    return file == null ? Path.of(name) : file.resolveSibling(name);
  }
}
