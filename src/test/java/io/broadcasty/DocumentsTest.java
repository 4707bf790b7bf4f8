package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.server.config.ConfigKeys;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Checks the Markdown documents of the repository: their links, lines and length, and the settings
 * that they name.
 */
class DocumentsTest {

  private static final Path ROOT = Path.of("");
  private static final int LINE_LENGTH = 100;
  private static final int README_LINES = 120;

  /** Directories whose files are built or fetched. */
  private static final Set<String> SKIPPED =
      Set.of(".git", "target", "node_modules", "dist", "docs-api", "data");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");

  /** A line of a single word, which cannot be wrapped, after what begins a list or a quotation. */
  private static final Pattern UNBREAKABLE = Pattern.compile(" *((-|\\*|>|[0-9]+\\.) +)*\\S+");

  /** Keys and environment variables, apart from those of one tenant, app or issuer. */
  private static final Pattern SETTING =
      Pattern.compile(
          "\\bbroadcasty\\.(?!tenant\\.|issuers\\.|messaging\\.|outbox\\.)([a-z]+)[a-z.-]*[a-z]|\\bBROADCASTY_(?!TENANT_|APPS_|ISSUERS_|MESSAGING_|OUTBOX_)[A-Z_]*[A-Z]");

  /** Names that look like settings: a Redis connection, a message of the service worker, tests. */
  private static final Set<String> NAMES_OF_OTHERS =
      Set.of(
          "broadcasty.redis.url.cache",
          "broadcasty.push.changed",
          "BROADCASTY_WAR",
          "BROADCASTY_PAYARA");

  @Test
  void relativeLinksLeadToFilesAndHeadings() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Path document : documents()) {
      Matcher link = LINK.matcher(String.join("\n", prose(document)).replaceAll("`[^`]*`", ""));
      while (link.find()) {
        String target = link.group(1);
        if (!target.contains("://") && !leadsSomewhere(document, target)) {
          faults.add(document + ": " + target);
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void linesOfProseAreShort() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Path document : documents()) {
      for (String line : prose(document)) {
        boolean table = line.startsWith("|");
        if (line.length() > LINE_LENGTH && !table && !UNBREAKABLE.matcher(line).matches()) {
          faults.add(document + ": " + line);
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void namedSettingsExist() throws IOException {
    Set<String> names = new HashSet<>(NAMES_OF_OTHERS);
    Set<String> sections = new HashSet<>();
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      names.add(key.environmentName());
      sections.add(key.name().split("\\.", -1)[1]);
      for (int dot = key.name().length(); dot > 0; dot = key.name().lastIndexOf('.', dot - 1)) {
        names.add(key.name().substring(0, dot));
      }
    }
    List<String> faults = new ArrayList<>();
    for (Path document : documents()) {
      Matcher setting = SETTING.matcher(Files.readString(document));
      while (setting.find()) {
        String section = setting.group(1);
        if ((section == null || sections.contains(section)) && !names.contains(setting.group())) {
          faults.add(document + ": " + setting.group());
        }
      }
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void theReadmeIsShort() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("README.md"));
    assertTrue(lines.size() < README_LINES, () -> "README.md has " + lines.size() + " lines");
    assertEquals(List.of(), lines.stream().filter(line -> line.length() > LINE_LENGTH).toList());
  }

  private static boolean leadsSomewhere(Path document, String target) throws IOException {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path file = path.isEmpty() ? document : document.resolveSibling(path).normalize();
    if (!Files.exists(ROOT.toAbsolutePath().resolve(file))) {
      return false;
    }
    return hash < 0
        || !file.toString().endsWith(".md")
        || anchors(file).contains(target.substring(hash + 1));
  }

  /** The anchors of a document's headings, made as GitHub makes them. */
  private static Set<String> anchors(Path document) throws IOException {
    Set<String> anchors = new HashSet<>();
    Map<String, Integer> repeated = new HashMap<>();
    for (String line : prose(document)) {
      Matcher heading = HEADING.matcher(line);
      if (heading.matches()) {
        String anchor =
            LINK.matcher(heading.group(1))
                .replaceAll("")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .strip()
                .replace(' ', '-');
        int before = repeated.merge(anchor, 1, Integer::sum) - 1;
        anchors.add(before == 0 ? anchor : anchor + "-" + before);
      }
    }
    return anchors;
  }

  /** The lines of a document without its blocks of code. */
  private static List<String> prose(Path document) throws IOException {
    List<String> prose = new ArrayList<>();
    boolean code = false;
    for (String line : Files.readAllLines(document)) {
      if (line.stripLeading().startsWith("```")) {
        code = !code;
      } else if (!code) {
        prose.add(line);
      }
    }
    return prose;
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return SKIPPED.contains(directory.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".md")) {
              documents.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    assertTrue(documents.size() > 30, () -> "few documents are found: " + documents);
    return documents;
  }
}
