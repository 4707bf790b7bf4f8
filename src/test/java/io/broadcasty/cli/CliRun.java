package io.broadcasty.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import picocli.CommandLine;

/** What a command has printed, and its exit code. */
public record CliRun(int exitCode, String out, String err) {

  /** Runs a command in this process. */
  public static CliRun of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Broadcasty.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int exitCode = line.execute(texts);
    return new CliRun(exitCode, out.toString(), err.toString());
  }

  /** Asserts the exit code; returns this run. */
  CliRun exits(ExitCode expected) {
    return exits(expected.code());
  }

  /** Asserts the exit code; returns this run. */
  public CliRun exits(int expected) {
    assertEquals(expected, exitCode, () -> "out: " + out + "\nerr: " + err);
    return this;
  }

  /** Asserts that the error output has a text; returns this run. */
  public CliRun says(String text) {
    assertTrue(err.contains(text), () -> text + " is not in: " + err);
    return this;
  }

  /** Asserts that the output has a text; returns this run. */
  public CliRun prints(String text) {
    assertTrue(out.contains(text), () -> text + " is not in: " + out);
    return this;
  }

  /** Returns the output, which must be one JSON object. */
  Map<String, Object> json() {
    return Json.parseObject(out);
  }
}
