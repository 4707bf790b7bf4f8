package io.broadcasty.cli;

import io.broadcasty.core.file.OwnerOnlyFiles;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** Secrets are made here, written to files of the owner, and read from files or a prompt. */
final class Secrets {

  private static final int BYTES = 32;

  private Secrets() {}

  /** Returns a random secret of 32 bytes in base64. */
  static String random() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /**
   * Reads a secret from a file, without the line end behind it; {@code -} is the standard input.
   */
  static String read(Path file) {
    try {
      String text =
          file.toString().equals("-")
              ? new String(System.in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
              : Files.readString(file);
      if (text.isBlank()) {
        throw new CommandException(ExitCode.USAGE, file + " is empty");
      }
      return text.strip();
    } catch (IOException e) {
      throw new CommandException(ExitCode.USAGE, "cannot read " + file + ": " + e, e);
    }
  }

  /**
   * Asks for a secret, which is not shown.
   *
   * @param otherwise says how to give it where nobody can be asked
   */
  @SuppressWarnings("SystemConsoleNull") // newer JDKs read the standard input then, or nothing
  static String prompt(String question, String otherwise) {
    Console console = System.console();
    char[] typed = console == null ? null : console.readPassword("%s: ", question);
    if (typed == null || typed.length == 0) {
      throw new CommandException(ExitCode.USAGE, otherwise);
    }
    return new String(typed);
  }

  /**
   * Writes a new file with mode 0600.
   *
   * @throws CommandException when there is one, unless it may be replaced
   */
  static void write(Path file, String text, boolean replace) {
    if (Files.exists(file) && !replace) {
      throw new CommandException(
          ExitCode.USAGE, file + " exists; add --force to replace it, or name another file");
    }
    try {
      Path directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        OwnerOnlyFiles.createDirectories(directory);
      }
      OwnerOnlyFiles.write(file, text);
    } catch (IOException e) {
      throw new CommandException(ExitCode.FAILED, "cannot write " + file + ": " + e, e);
    }
  }
}
