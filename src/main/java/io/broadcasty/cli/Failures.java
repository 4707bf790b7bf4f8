package io.broadcasty.cli;

import io.broadcasty.server.config.InvalidConfigurationException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong when a command fails, and chooses the exit code. */
final class Failures {

  private Failures() {}

  static int onUsage(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    if (List.of(arguments).contains("--json")) {
      return json(
          command, ExitCode.USAGE, String.valueOf(failure.getMessage()), Map.of("command", name));
    }
    PrintWriter err = command.getErr();
    err.println(failure.getMessage());
    boolean suggested = UnmatchedArgumentException.printSuggestions(failure, err);
    if (!suggested && command.getParent() != null) {
      command.usage(err);
    }
    err.println("For all options type: " + name + " --help");
    err.flush();
    return ExitCode.USAGE.code();
  }

  static int onExecution(Exception failure, CommandLine command, ParseResult parsed) {
    Broadcasty root =
        command.getCommandSpec().root().userObject() instanceof Broadcasty b ? b : null;
    if (root != null && root.verbose()) {
      failure.printStackTrace(command.getErr());
    }
    ExitCode code = ExitCode.FAILED;
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    Map<String, Object> details = new LinkedHashMap<>();
    if (failure instanceof CommandException known) {
      code = known.exitCode();
      details.putAll(known.details());
    } else if (failure instanceof InvalidConfigurationException) {
      code = ExitCode.CONFIGURATION;
    }
    if (root != null && root.json()) {
      return json(command, code, message, details);
    }
    command.getErr().println(message);
    command.getErr().flush();
    return code.code();
  }

  private static int json(
      CommandLine command, ExitCode code, String message, Map<String, Object> details) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("error", message);
    error.put("exitCode", code.code());
    error.putAll(details);
    command.getOut().println(Json.writePretty(error));
    command.getOut().flush();
    return code.code();
  }
}
