package io.broadcasty.infra.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tests the rules of all scripts: they use no key that was not passed to them, as access rules, a
 * Cluster and other servers require, and no node's clock.
 */
class ScriptsTest {

  private static final Path RESOURCES = Path.of("src/main/resources");

  /** The first argument of a command, which is its key, unless the command has none. */
  private static final Pattern CALL =
      Pattern.compile("redis\\.p?call\\(\\s*('(\\w+)'|ARGV\\[\\d+])\\s*(?:,\\s*(.+))?");

  /** What a key may be: an element of KEYS, or a variable that holds one. */
  private static final Pattern KEY =
      Pattern.compile(
          "KEYS\\[[^]]+]|seq|p\\.key|id|streams\\[\\w+]|key|members|holders|version|calls"
              + "|copy|owner");

  private static final List<String> WITHOUT_KEY = List.of("TIME", "INFO", "PUBLISH", "SPUBLISH");

  @Test
  void everyKeyIsPassed() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Path script : scripts()) {
      for (String line : Files.readAllLines(script)) {
        Matcher call = CALL.matcher(line);
        while (call.find()) {
          String command = call.group(2);
          if (command == null || WITHOUT_KEY.contains(command)) {
            continue;
          }
          String rest = String.valueOf(call.group(3));
          Matcher key = KEY.matcher(rest);
          if (!key.lookingAt() || rest.substring(key.end()).stripLeading().startsWith("..")) {
            wrong.add(script + ": " + line.strip());
          }
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void noKeyIsJoined() throws IOException {
    Pattern joined = Pattern.compile("KEYS\\[[^]]+]\\s*\\.\\.|\\.\\.\\s*KEYS");
    for (Path script : scripts()) {
      assertFalse(joined.matcher(Files.readString(script)).find(), script.toString());
    }
  }

  private static List<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.walk(RESOURCES)) {
      return files.filter(file -> file.toString().endsWith(".lua")).sorted().toList();
    }
  }
}
