package io.broadcasty.cli;

import io.broadcasty.core.file.OwnerOnlyFiles;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file with a variable on each line, as a shell, systemd and {@code docker --env-file} read it.
 * What is changed keeps all other lines as they are. For one thread.
 */
final class EnvironmentFile {

  private static final Pattern LINE =
      Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)\\s*=(.*)");

  /** What needs no quotes in any reader. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@,+=%*\\[\\]-]*");

  private final Path file;
  private final List<String> lines;
  private final Map<String, String> values = new LinkedHashMap<>();

  private EnvironmentFile(Path file, List<String> lines) {
    this.file = file;
    this.lines = new ArrayList<>(lines);
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = LINE.matcher(lines.get(i));
      if (line.matches()) {
        values.put(line.group(1), unquoted(line.group(2).strip(), i + 1));
      } else if (!lines.get(i).isBlank() && !lines.get(i).stripLeading().startsWith("#")) {
        throw fault(i + 1, "is neither NAME=value nor a comment");
      }
    }
  }

  /**
   * Reads a file that must exist.
   *
   * @throws CommandException when it cannot be read
   */
  static EnvironmentFile read(Path file) {
    try {
      return new EnvironmentFile(file, Files.readAllLines(file));
    } catch (NoSuchFileException e) {
      throw new CommandException(
          ExitCode.USAGE,
          file + " does not exist; broadcasty install --env-file " + file + " writes it",
          e);
    } catch (MalformedInputException e) {
      throw new CommandException(ExitCode.CONFIGURATION, file + " is not text in UTF-8", e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.FAILED, "cannot read " + file + ": " + e, e);
    }
  }

  /** Reads a file, or begins it when there is none. */
  static EnvironmentFile readOrBegin(Path file) {
    return Files.exists(file) ? read(file) : new EnvironmentFile(file, List.of());
  }

  Map<String, String> values() {
    return Map.copyOf(values);
  }

  /**
   * Sets a variable in its line, or in a new one at the end.
   *
   * @param comment goes above a new line; empty for none
   */
  void set(String name, String value, String comment) {
    String text = name + "=" + quoted(value);
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = LINE.matcher(lines.get(i));
      if (line.matches() && line.group(1).equals(name)) {
        lines.set(i, text);
        values.put(name, value);
        return;
      }
    }
    if (!comment.isEmpty()) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      lines.add("# " + comment);
    }
    lines.add(text);
    values.put(name, value);
  }

  /** Writes the file with mode 0600, since it has secrets. */
  void write() {
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        OwnerOnlyFiles.createDirectories(directory);
      }
      OwnerOnlyFiles.write(file, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new CommandException(ExitCode.FAILED, "cannot write " + file + ": " + e, e);
    }
  }

  private String unquoted(String text, int line) {
    if (text.length() > 1 && text.startsWith("'") && text.endsWith("'")) {
      return text.substring(1, text.length() - 1);
    }
    if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
      return text.substring(1, text.length() - 1).replaceAll("\\\\([\"\\\\$`])", "$1");
    }
    if (text.startsWith("'") || text.startsWith("\"")) {
      throw fault(line, "has a quote that does not end on it");
    }
    return text;
  }

  private static String quoted(String value) {
    if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("a value has one line");
    }
    if (PLAIN.matcher(value).matches()) {
      return value;
    }
    return value.indexOf('\'') < 0
        ? "'" + value + "'"
        : "\"" + value.replaceAll("[\"\\\\$`]", "\\\\$0") + "\"";
  }

  private CommandException fault(int line, String what) {
    return new CommandException(ExitCode.CONFIGURATION, file + ": line " + line + " " + what);
  }
}
