package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Compares the bill of materials of the WAR with the list of versions that are free of known
 * vulnerabilities. Needs no network: whoever learns of an advisory adds a line to the list.
 */
class DependencyVersionsTest {

  private static final Path MINIMUM_VERSIONS = Path.of(".ci", "minimum-versions.tsv");
  private static final Path BILL_OF_MATERIALS = Path.of("target", "broadcasty.cdx.json");
  private static final Path SDK_PACKAGE = Path.of("sdk", "package.json");

  /** A package URL, as {@code pkg:maven/org.postgresql/postgresql@42.7.14?type=jar}. */
  private static final Pattern JAR =
      Pattern.compile("\"pkg:maven/([^/\"]+)/([^@\"]+)@([^?\"]+)\\?type=jar\"");

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /** A line of the list. */
  private record Minimum(
      String library, String version, String advisory, String severity, String fault) {}

  @Test
  void noLibraryOfTheWarIsOlderThanItsMinimum() throws IOException {
    Map<String, String> contained = libraries();
    List<String> faults = new ArrayList<>();
    for (Minimum minimum : minimums()) {
      String version = contained.get(minimum.library);
      if (version == null) {
        faults.add(minimum.library + " is not in the WAR: remove its line from the list");
      } else if (compare(version, minimum.version) < 0) {
        faults.add(
            "%s %s is vulnerable (%s, %s: %s); %s is the first version without the fault"
                .formatted(
                    minimum.library,
                    version,
                    minimum.advisory,
                    minimum.severity,
                    minimum.fault,
                    minimum.version));
      }
    }
    assertEquals(List.of(), faults, MINIMUM_VERSIONS + " and " + BILL_OF_MATERIALS + " disagree");
  }

  /** What its users install contains nothing but itself, so no list is needed for npm. */
  @Test
  void theClientForBrowsersHasNoDependencies() throws IOException {
    assertFalse(Files.readString(SDK_PACKAGE).contains("\"dependencies\""));
  }

  @Test
  void versionsAreComparedNumberByNumber() {
    assertTrue(compare("4.1.133.Final", "4.1.137.Final") < 0);
    assertTrue(compare("42.7.8", "42.7.14") < 0);
    assertTrue(compare("2.20.1", "2.21") < 0);
    assertTrue(compare("1.87", "1.85") > 0);
    assertTrue(compare("3.5.11", "3.5.9") > 0);
    assertEquals(0, compare("4.1.137.Final", "4.1.137"));
  }

  private static Map<String, String> libraries() throws IOException {
    assertTrue(
        Files.exists(BILL_OF_MATERIALS),
        BILL_OF_MATERIALS + " does not exist; ./mvnw generate-test-resources writes it");
    Map<String, String> libraries = new TreeMap<>();
    Matcher jar = JAR.matcher(Files.readString(BILL_OF_MATERIALS));
    while (jar.find()) {
      libraries.put(jar.group(1) + ":" + jar.group(2), jar.group(3));
    }
    assertTrue(libraries.size() > 40, libraries.toString());
    return libraries;
  }

  private static List<Minimum> minimums() throws IOException {
    List<Minimum> minimums = new ArrayList<>();
    for (String line : Files.readAllLines(MINIMUM_VERSIONS)) {
      if (!line.startsWith("#")) {
        List<String> cells = List.of(line.split("\t", -1));
        assertEquals(5, cells.size(), line);
        minimums.add(
            new Minimum(cells.get(0), cells.get(1), cells.get(2), cells.get(3), cells.get(4)));
      }
    }
    return minimums;
  }

  /** Compares the numbers of two versions; a missing number counts as zero. */
  private static int compare(String left, String right) {
    Matcher leftNumbers = NUMBER.matcher(left);
    Matcher rightNumbers = NUMBER.matcher(right);
    while (true) {
      boolean more = leftNumbers.find();
      boolean moreRight = rightNumbers.find();
      if (!more && !moreRight) {
        return 0;
      }
      int order =
          Integer.compare(
              more ? Integer.parseInt(leftNumbers.group()) : 0,
              moreRight ? Integer.parseInt(rightNumbers.group()) : 0);
      if (order != 0) {
        return order;
      }
    }
  }
}
