package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of the documentation whose commands and settings a test uses as they are written. */
public final class DocumentPage {

  private final String text;

  /**
   * @param path from the root of the repository
   */
  public DocumentPage(String path) {
    try {
      text = Files.readString(Path.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the code blocks of a language, in order. */
  public List<String> blocks(String language) {
    List<String> all =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(text)
            .results()
            .map(block -> block.group(1))
            .toList();
    assertFalse(all.isEmpty(), language);
    return all;
  }

  /** Returns the first code block after some words. */
  public String blockAfter(String words) {
    int start = text.indexOf(words);
    assertTrue(start >= 0, words);
    Matcher block = Pattern.compile("```\\w*\n(.*?)```", Pattern.DOTALL).matcher(text);
    assertTrue(block.find(start), words);
    return block.group(1);
  }

  /** Runs commands of a page with bash in a folder; returns what they print. */
  public static String runShell(Path folder, String commands) {
    return run(folder, "bash", "-e", "-c", commands);
  }

  /** Runs a program in a folder, which finds the tools of this JDK; returns what it prints. */
  public static String run(Path folder, String... command) {
    try {
      Path errors = Files.createTempFile(folder, "errors", ".txt");
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.redirectError(errors.toFile());
      String tools = System.getProperty("java.home") + "/bin";
      builder.environment().merge("PATH", tools, (path, bin) -> bin + ":" + path);
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), Files.readString(errors));
      Files.delete(errors);
      return output.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
