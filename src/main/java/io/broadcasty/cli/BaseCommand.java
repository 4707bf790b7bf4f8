package io.broadcasty.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command: prints a result and returns an exit code. */
abstract class BaseCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @ParentCommand private @Nullable Broadcasty root;

  @Override
  public final Integer call() {
    Output output =
        new Output(
            spec.commandLine().getOut(),
            spec.commandLine().getErr(),
            root != null && root.json(),
            root != null && root.isTerminal());
    return run(output).code();
  }

  /**
   * Does what the command says.
   *
   * @throws CommandException with what is wrong
   */
  abstract ExitCode run(Output output);

  /** Returns the refusal of an option or argument whose text is wrong. */
  final ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  final CommandSpec spec() {
    return spec;
  }
}
