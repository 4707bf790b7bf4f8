package io.broadcasty.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the completion for a shell. */
@Command(
    name = "completion",
    description = {
      "Prints what completes commands and options in a shell.",
      "Put eval \"$$(broadcasty completion bash)\" into .bashrc, or the same with zsh into .zshrc."
    })
final class CompletionCommand extends BaseCommand {

  enum Shell {
    bash,
    zsh
  }

  /** Bash otherwise ends a word at the colon of {@code jwt:issue}. */
  private static final String WORDS = "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}\n";

  private static final String ZSH = "autoload -U +X compinit && compinit\n";

  @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh.")
  @SuppressWarnings("NullAway.Init")
  private Shell shell;

  @Override
  ExitCode run(Output output) {
    String script = AutoComplete.bash("broadcasty", spec().root().commandLine());
    output.text("script", (shell == Shell.zsh ? ZSH : "") + WORDS + script);
    return ExitCode.DONE;
  }
}
