package io.broadcasty.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.DocumentPage;
import io.broadcasty.push.webpush.VapidKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what all commands have in common, and the small ones. */
class BroadcastyTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void everyCommandDescribesItself() {
    Broadcasty.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              CliRun help = CliRun.of(name, "--help").exits(ExitCode.DONE);
              assertTrue(help.out().contains("broadcasty " + name), help.out());
              assertTrue(help.out().contains("--json"), help.out());
              CliRun.of(name, "--no-such-option")
                  .exits(ExitCode.USAGE)
                  .says("For all options type: broadcasty " + name + " --help");
            });
  }

  @Test
  void wrongNamesAreAnsweredByTheNearest() {
    CliRun.of("jwt:keygne").exits(ExitCode.USAGE).says("jwt:keygen");
    CliRun.of().exits(ExitCode.USAGE).says("Name a command").says("broadcasty --help");
    assertEquals(2, CliRun.of("jwt:keygne", "--json").json().get("exitCode"));
  }

  @Test
  void failuresAreJsonToo() throws IOException {
    Path env = Files.writeString(folder.resolve("a.env"), "what is this\n");
    CliRun run = CliRun.of("info", "--env-file", env, "--json").exits(ExitCode.CONFIGURATION);
    Map<String, Object> error = run.json();
    assertEquals(78, error.get("exitCode"));
    assertTrue(String.valueOf(error.get("error")).contains("line 1"), run.out());
  }

  @Test
  void infoSaysWhatIsSelected() throws IOException {
    Path env =
        Files.write(
            folder.resolve("a.env"),
            List.of(
                "# a comment",
                "export BROADCASTY_JWT_SECRET=\"a secret of more than \\\"32\\\" bytes, surely\"",
                "BROADCASTY_REPLAY_STORE='database'"));
    CliRun run = CliRun.of("info", "--env-file", env, "--json").exits(ExitCode.DONE);
    assertEquals("database", run.json().get("store"));
    assertEquals("valid", run.json().get("configuration"));
    assertFalse(run.out().contains("secret of"), run.out());
    CliRun.of("info", "--env-file", Files.writeString(env, "BROADCASTY_NO_SUCH=1"))
        .exits(ExitCode.DONE)
        .prints("broadcasty doctor");
  }

  @Test
  void aVapidPairIsOne() {
    Map<String, Object> pair = CliRun.of("vapid:keygen", "--json").exits(ExitCode.DONE).json();
    String publicKey = String.valueOf(pair.get("WEBPUSH_VAPID_PUBLIC_KEY"));
    VapidKeys read =
        VapidKeys.parse(publicKey, String.valueOf(pair.get("WEBPUSH_VAPID_PRIVATE_KEY")));
    assertEquals(publicKey, read.publicKeyText());
    CliRun.of("vapid:keygen").exits(ExitCode.DONE).prints("WEBPUSH_VAPID_PRIVATE_KEY=");
  }

  @Test
  void bashCompletesCommandsWithColonsAndTheirOptions() throws IOException {
    Path script =
        Files.writeString(folder.resolve("completion"), CliRun.of("completion", "bash").out());
    assertEquals("jwt:decode\njwt:issue\njwt:keygen", completions(script, "jwt:"));
    assertEquals("--sub", completions(script, "jwt:issue", "--su"));
    assertEquals("bash\nzsh", completions(script, "completion", ""));
  }

  @Test
  void zshCompletesToo() throws IOException {
    Path script =
        Files.writeString(folder.resolve("completion"), CliRun.of("completion", "zsh").out());
    Assumptions.assumeFalse(
        DocumentPage.runShell(folder, "command -v zsh || true").isEmpty(), "without zsh");
    assertEquals("jwt:decode", typedInZsh(script, "jwt:d"));
    assertEquals("jwt:issue --sub", typedInZsh(script, "jwt:issue --su"));
    assertEquals("completion bash", typedInZsh(script, "completion b"));
  }

  /** Returns what stands in the line after a tab, in an interactive zsh on a terminal. */
  private String typedInZsh(Path script, String line) throws IOException {
    Path program =
        Files.writeString(
            folder.resolve("type.zsh"),
            """
            zmodload zsh/zpty
            export ZDOTDIR=$PWD
            rm -f answer
            zpty terminal zsh -f -i
            zpty -w terminal 'show() { print -r -- $BUFFER > answer.new; mv answer.new answer }'
            zpty -w terminal 'zle -N show; bindkey "^X" show; source %s; print -r -- read"y"'
            zpty -r terminal before '*ready*'
            zpty -w -n terminal $'broadcasty %s\\t\\x18'
            until [[ -e answer ]]; do zpty -r -t terminal rest; sleep 0.05; done
            cat answer
            """
                .formatted(script, line));
    return DocumentPage.run(folder, "timeout", "30", "zsh", "-f", program.toString())
        .replaceFirst("broadcasty ", "");
  }

  /** Returns what bash offers for the last word. */
  private String completions(Path script, String... words) {
    return DocumentPage.runShell(
        folder,
        """
        compopt() { :; }
        source %s
        COMP_WORDS=(broadcasty %s)
        COMP_CWORD=%d
        _complete_broadcasty
        printf '%%s\n' "${COMPREPLY[@]}" | sed 's/ *$//' | sort
        """
            .formatted(script, quoted(words), words.length));
  }

  private static String quoted(String... words) {
    return String.join(" ", List.of(words).stream().map(word -> "'" + word + "'").toList());
  }
}
