package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.securitylog.SecurityEventType;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks that each row of the threat table in SECURITY.md names tests, and that they exist; and
 * that docs/operations.md describes every event of the security log.
 */
class SecurityDocumentTest {

  private static final Path DOCUMENT = Path.of("SECURITY.md");
  private static final String HEAD = "| attack | what stops it | tests |";
  private static final Pattern TEST = Pattern.compile("@(Test|ParameterizedTest|RepeatedTest)\\b");
  private static final Pattern NAME = Pattern.compile("`([A-Za-z0-9]+)\\.([A-Za-z0-9_]+)`");

  @Test
  void everyAttackNamesTestsThatExist() throws IOException {
    Map<String, Path> sources = sources();
    List<String> faults = new ArrayList<>();
    List<String[]> rows = rows();
    assertTrue(rows.size() >= 30, () -> rows.size() + " attacks");
    for (String[] row : rows) {
      Matcher name = NAME.matcher(row[2]);
      int tests = 0;
      while (name.find()) {
        tests++;
        Path source = sources.get(name.group(1));
        if (source == null || !isTest(Files.readString(source), name.group(2))) {
          faults.add(name.group());
        }
      }
      if (tests == 0) {
        faults.add("no test: " + row[0]);
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void aMethodThatIsNoTestDoesNotCount() {
    String source =
        """
          @Test
          void one() {}

          @ParameterizedTest
          @CsvSource({"a,b", "c,d"})
          void two(String a, String b) throws IOException {

          private void three() {
        """;
    assertTrue(isTest(source, "one"));
    assertTrue(isTest(source, "two"));
    assertEquals(List.of(false, false), List.of(isTest(source, "three"), isTest(source, "on")));
  }

  @Test
  void operatorsFindEveryEventAndLimitOfTheSecurityLog() throws Exception {
    String text = Files.readString(Path.of("docs/operations.md"));
    List<String> missing = new ArrayList<>();
    for (SecurityEventType type : SecurityEventType.values()) {
      if (!text.contains("\n| `" + type.wireName() + "` |")) {
        missing.add(type.wireName());
      }
    }
    String limits =
        text.lines().filter(line -> line.startsWith("| `limit_reached` |")).findFirst().orElse("");
    for (var constant : LimitReached.class.getFields()) {
      if (Modifier.isStatic(constant.getModifiers())
          && !limits.contains("`" + constant.get(null))) {
        missing.add(constant.getName());
      }
    }
    assertEquals(List.of(), missing);
  }

  /** Returns the cells of the threat table, row by row. */
  private static List<String[]> rows() throws IOException {
    List<String[]> rows = new ArrayList<>();
    boolean inTable = false;
    for (String line : Files.readAllLines(DOCUMENT)) {
      if (line.equals(HEAD)) {
        inTable = true;
      } else if (!line.startsWith("|")) {
        inTable = false;
      } else if (inTable && !line.startsWith("|---")) {
        String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
        assertEquals(3, cells.length, line);
        rows.add(Arrays.stream(cells).map(String::strip).toArray(String[]::new));
      }
    }
    return rows;
  }

  private static Map<String, Path> sources() throws IOException {
    Map<String, Path> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(file -> sources.put(file.getFileName().toString().replace(".java", ""), file));
    }
    return sources;
  }

  /** Returns whether a source has a test method with this name, by its annotation above. */
  private static boolean isTest(String source, String method) {
    List<String> lines = source.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains("void " + method + "(")) {
        for (int above = i - 1; above >= 0 && !lines.get(above).isBlank(); above--) {
          if (TEST.matcher(lines.get(above)).find()) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
