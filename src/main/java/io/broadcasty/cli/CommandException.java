package io.broadcasty.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends a command with a message for people and an exit code for programs. */
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;
  private final transient Map<String, Object> details;

  /**
   * @param message what is wrong and what to do about it; never contains a secret
   */
  CommandException(ExitCode exitCode, String message) {
    this(exitCode, message, Map.of(), null);
  }

  CommandException(ExitCode exitCode, String message, @Nullable Throwable cause) {
    this(exitCode, message, Map.of(), cause);
  }

  /**
   * @param details what {@code --json} has besides the message
   */
  CommandException(
      ExitCode exitCode, String message, Map<String, Object> details, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
    this.details = Map.copyOf(details);
  }

  ExitCode exitCode() {
    return exitCode;
  }

  Map<String, Object> details() {
    return details;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
