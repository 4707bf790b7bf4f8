package io.broadcasty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds the code to the table of rooms in docs/architecture.md. */
class ArchitectureTest {

  private static final String ROOT = "io.broadcasty";
  private static final Path TABLE = Path.of("docs", "architecture.md");
  private static final Path SOURCES = Path.of("src", "main", "java");

  /** What several adapters stand on, and how those are called. */
  private static final Map<String, String> STORES = Map.of("database", ".jdbc", "redis", ".redis");

  /** What adapters may import whatever their port does. */
  private static final String FORMAT = "format";

  private static final int LAST_PLAIN_LEVEL = 5;

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  private static final Map<String, Room> ROOMS = readTable();

  /**
   * A line of the table.
   *
   * @param everything what stands instead of a list: "everything" or "everything below"
   */
  private record Room(int level, String name, Set<String> imports, @Nullable String everything) {

    boolean mayImport(Room other) {
      if (everything != null) {
        return everything.equals("everything") || other.level < level;
      }
      return imports.contains(other.name);
    }
  }

  @Test
  void everyPackageIsInARoomOfTheTable() {
    assertTrue(ROOMS.size() > 10, "the table was not read: " + ROOMS.keySet());
    assertTrue(CLASSES.size() > 80, "the classes were not read: " + CLASSES.size());
    for (JavaClass type : CLASSES) {
      if (!type.getPackageName().equals(ROOT)) {
        assertTrue(roomOf(type) != null, () -> type.getName() + " is in no room of the table");
      }
    }
  }

  @Test
  void roomsImportWhatTheTableNames() {
    Set<String> faults = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      Room from = roomOf(type);
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        Room to = roomOf(dependency.getTargetClass().getBaseComponentType());
        if (from != null && to != null && !from.equals(to) && !from.mayImport(to)) {
          faults.add(
              from.name() + " may not import " + to.name() + ": " + dependency.getDescription());
        }
      }
    }
    assertEquals(Set.of(), faults);
  }

  @Test
  void theTableItselfGoesDownOnlyAndKeepsAdaptersToThemselves() {
    for (Room room : ROOMS.values()) {
      for (String name : room.imports()) {
        Room imported = room(name);
        assertTrue(imported.level() <= room.level(), () -> room.name() + " names " + name);
        assertFalse(isAdapter(imported), () -> room.name() + " names the adapter " + name);
        assertTrue(
            !isProtocol(imported) || isProtocol(room),
            () -> room.name() + " names the protocol " + name);
        assertTrue(
            !STORES.containsKey(name) || room.name().endsWith(STORES.get(name)),
            () -> room.name() + " names the store " + name);
      }
      assertTrue(
          room.everything() == null || Set.of("config", "app").contains(room.name()),
          () -> room.name() + " may import everything");
      if (isAdapter(room)) {
        String port = room.name().substring(0, room.name().indexOf('.'));
        Set<String> expected = new TreeSet<>(room(port).imports());
        expected.add(port);
        Set<String> actual = new TreeSet<>(room.imports());
        actual.removeAll(STORES.keySet());
        actual.remove(FORMAT);
        assertEquals(expected, actual, room.name());
      }
    }
  }

  @Test
  void packageInfosNameWhatTheTableNames() throws IOException {
    for (JavaPackage room : packages()) {
      Room line = roomOf(room.getName());
      if (line == null || line.everything() != null) {
        continue;
      }
      Path file = SOURCES.resolve(room.getName().replace('.', '/')).resolve("package-info.java");
      Matcher paragraph =
          Pattern.compile("May import:(.*?)\\*/", Pattern.DOTALL).matcher(Files.readString(file));
      assertTrue(paragraph.find(), () -> room.getName() + " does not say what it may import");
      Set<String> named = codes(paragraph.group(1), "\\{@code[\\s*]+([a-z.]+)}");
      if (paragraph.group(1).contains("and what it may import")) {
        named.addAll(room(line.name().substring(0, line.name().indexOf('.'))).imports());
      }
      assertEquals(new TreeSet<>(line.imports()), named, room.getName());
    }
  }

  @Test
  void everyPackageIsNullMarked() {
    for (JavaPackage each : packages()) {
      assertTrue(
          each.tryGetPackageInfo()
              .map(info -> info.isAnnotatedWith(NullMarked.class))
              .orElse(false),
          () -> each.getName() + " has no package-info.java with @NullMarked");
    }
  }

  @Test
  void packagesAreFreeOfCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theCoreIsPlainJava() {
    noClasses()
        .that(
            DescribedPredicate.describe(
                "are in rooms of levels 0 to " + LAST_PLAIN_LEVEL,
                type -> {
                  Room room = roomOf(type);
                  return room != null && room.level() <= LAST_PLAIN_LEVEL;
                }))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jakarta..", "org.eclipse.microprofile..")
        .check(CLASSES);
  }

  @Test
  void onlyTimeReadsTheClocks() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".time..")
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe("reads a clock", ArchitectureTest::readsAClock))
        .check(CLASSES);
  }

  @Test
  void onlySystemLoggerIsUsedForLogs() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.logging..", "org.slf4j..", "org.jboss.logging..", "org.apache.logging..")
        .check(CLASSES);
  }

  private static boolean readsAClock(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getTarget().getName();
    return switch (owner) {
      case "java.lang.System" -> name.equals("currentTimeMillis") || name.equals("nanoTime");
      case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
      case "java.util.Date", "java.util.GregorianCalendar" ->
          name.equals("<init>")
              && access.getTarget() instanceof CodeUnitAccessTarget target
              && target.getRawParameterTypes().isEmpty();
      case "java.util.Calendar" -> name.equals("getInstance");
      default -> owner.startsWith("java.time.") && name.equals("now");
    };
  }

  private static Room room(String name) {
    return Objects.requireNonNull(ROOMS.get(name), () -> "there is no room " + name);
  }

  /** An adapter imports the port that it fulfils; a sub-package that imports nothing is none. */
  private static boolean isAdapter(Room room) {
    return room.name().indexOf('.') > 0 && !room.imports().isEmpty() && !isProtocol(room);
  }

  /** One of the protocols that connections speak; they may build on each other. */
  private static boolean isProtocol(Room room) {
    return room.name().startsWith("protocol.");
  }

  /** The packages with classes in them. */
  private static List<JavaPackage> packages() {
    List<JavaPackage> all = new ArrayList<>();
    for (JavaPackage each : CLASSES.getPackage(ROOT).getSubpackagesInTree()) {
      if (!each.getClasses().isEmpty()) {
        all.add(each);
      }
    }
    assertTrue(all.size() > 15, "the packages were not read: " + all.size());
    return all;
  }

  private static @Nullable Room roomOf(JavaClass type) {
    return roomOf(type.getPackageName());
  }

  /** The room with the longest name that fits. */
  private static @Nullable Room roomOf(String packageName) {
    if (!packageName.startsWith(ROOT + ".")) {
      return null;
    }
    String name = packageName.substring(ROOT.length() + 1);
    while (true) {
      Room room = ROOMS.get(name);
      int dot = name.lastIndexOf('.');
      if (room != null || dot < 0) {
        return room;
      }
      name = name.substring(0, dot);
    }
  }

  private static Map<String, Room> readTable() {
    Pattern line =
        Pattern.compile("\\| ([0-9]) \\| `([a-z.]+)` \\| [^|]+ \\| ([^|]+) \\|", Pattern.MULTILINE);
    Map<String, Room> rooms = new LinkedHashMap<>();
    try {
      Matcher lines = line.matcher(Files.readString(TABLE));
      while (lines.find()) {
        String imports = lines.group(3).strip();
        rooms.put(
            lines.group(2),
            new Room(
                Integer.parseInt(lines.group(1)),
                lines.group(2),
                codes(imports, "`([a-z.]+)`"),
                imports.startsWith("everything") ? imports : null));
      }
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
    return rooms;
  }

  private static Set<String> codes(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
