package io.broadcasty.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Compares docs/reference/cli.md with the commands, from which it is generated. With {@code
 * -Dbroadcasty.docs.write=true} this test writes the file.
 */
class CliReferenceTest {

  private static final Path REFERENCE = Path.of("docs/reference/cli.md");
  private static final int LINE_LENGTH = 100;

  private static final String INTRODUCTION =
      """
      # Command line

      `broadcasty` sets Broadcasty up, examines an installation, and administers a server. It is one
      file, `target/broadcasty-cli.jar`, which `./mvnw package` builds beside the WAR; it needs Java 17:

      ```bash
      alias broadcasty='java -jar /opt/broadcasty/broadcasty-cli.jar'
      broadcasty info
      ```

      `server-config/broadcasty` is a script that does the same. This page is generated from the
      commands.

      ## Where does it find the configuration?
      In the environment file that `--env-file` names, or in `broadcasty.env` of the current directory;
      what is not there comes from the environment. It reads the file as the server reads its
      environment.

      ## Where do secrets come from?
      From files, the environment or a prompt, never from an argument, which every user of the machine
      can see. A secret is printed only by the command that makes it, and only once.

      ## How do scripts use it?
      With `--json` the result is one JSON value on the standard output, also after a failure:
      `{"error": …, "exitCode": …}`. Everything else goes to the error output.

      """;

  private static final Map<String, String> SECTIONS = new LinkedHashMap<>();

  static {
    SECTIONS.put("install info doctor completion", "Setting up and examining");
    SECTIONS.put("jwt admin vapid", "Keys and tokens");
  }

  @Test
  void referenceMatchesTheCommands() throws IOException {
    String expected = reference();
    if (Boolean.getBoolean("broadcasty.docs.write")) {
      Files.writeString(REFERENCE, expected);
    }
    assertEquals(expected, Files.readString(REFERENCE));
  }

  private static String reference() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    text.append("| exit code | meaning |\n|---|---|\n");
    for (ExitCode code : ExitCode.values()) {
      text.append("| %d | %s |\n".formatted(code.code(), code.meaning()));
    }
    Map<String, List<CommandSpec>> sections = new LinkedHashMap<>();
    SECTIONS.values().forEach(title -> sections.put(title, new ArrayList<>()));
    CommandLine line = Broadcasty.commandLine();
    line.getSubcommands()
        .forEach(
            (name, command) ->
                sections
                    .computeIfAbsent(section(name), title -> new ArrayList<>())
                    .add(command.getCommandSpec()));
    sections.forEach(
        (title, commands) -> {
          if (!commands.isEmpty()) {
            text.append("\n## ").append(title).append('\n');
            commands.forEach(command -> append(text, command));
          }
        });
    text.append("\n## Options of every command\n");
    line.getCommandSpec().options().forEach(option -> append(text, option));
    return text.toString();
  }

  private static String section(String command) {
    String first = command.split(":", -1)[0];
    return SECTIONS.entrySet().stream()
        .filter(section -> List.of(section.getKey().split(" ", -1)).contains(first))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("Administering a server");
  }

  private static void append(StringBuilder text, CommandSpec command) {
    StringBuilder synopsis = new StringBuilder("broadcasty ").append(command.name());
    command
        .positionalParameters()
        .forEach(
            parameter ->
                synopsis
                    .append(' ')
                    .append(
                        parameter.required()
                            ? parameter.paramLabel()
                            : "[" + parameter.paramLabel() + "]"));
    text.append("\n### `").append(synopsis.substring("broadcasty ".length())).append("`\n");
    for (String paragraph : command.usageMessage().description()) {
      appendWrapped(text, paragraph.replace("$$", "$"), "\n");
      text.append('\n');
    }
    List<ArgSpec> own = new ArrayList<>(command.positionalParameters());
    command.options().stream().filter(option -> !option.inherited()).forEach(own::add);
    own.forEach(argument -> append(text, argument));
  }

  private static void append(StringBuilder text, ArgSpec argument) {
    String name = argument.paramLabel();
    if (argument instanceof OptionSpec option) {
      name = String.join("`, `", option.names());
      if (option.arity().max() > 0) {
        name += " " + option.paramLabel();
      }
    }
    String description = String.join(" ", argument.description());
    description = description.replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue()));
    if (argument instanceof OptionSpec && argument.required()) {
      description += " Required.";
    }
    appendWrapped(text, "- `" + name + "`: " + description, "\n  ");
  }

  private static void appendWrapped(StringBuilder text, String sentences, String lineBreak) {
    int column = 0;
    for (String word : sentences.split(" ", -1)) {
      if (column > 0 && column + 1 + word.length() > LINE_LENGTH) {
        text.append(lineBreak);
        column = lineBreak.length() - 1;
      } else if (column > 0) {
        text.append(' ');
        column++;
      }
      text.append(word);
      column += word.length();
    }
    text.append('\n');
  }
}
