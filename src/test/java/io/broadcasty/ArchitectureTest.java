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
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.broadcasty.server.web.DataPlane;
import io.broadcasty.transport.admin.Audited;
import io.broadcasty.transport.admin.Permitted;
import io.broadcasty.transport.admin.RateLimited;
import jakarta.ws.rs.HttpMethod;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Checks that the packages depend on each other as the tables of docs/architecture.md say. */
class ArchitectureTest {

  private static final String ROOT = "io.broadcasty";
  private static final Path MAP = Path.of("docs", "architecture.md");

  /** The groups that are a program: they may import everything and alone name adapters. */
  private static final Set<String> PROGRAMS = Set.of("cli", "server");

  private static final String SERVER = "server";

  private static final String PROTOCOL = "protocol";

  /** The clients of stores, and the last part of the names of the adapters that may use them. */
  private static final Map<String, String> STORES =
      Map.of("infra.database", ".jdbc", "infra.redis", ".redis", "infra.jpa", ".jpa");

  private static final int LAST_PLAIN_LEVEL = 5;
  private static final String NOT_PLAIN = "metrics.microprofile";

  /** The end of the names of packages that may use Jakarta Persistence. */
  private static final String PERSISTENT = ".jpa";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  private static final Map<String, Group> GROUPS = readGroups();
  private static final Map<String, String> PACKAGES = readPackages();

  /**
   * A line of the table of groups.
   *
   * @param imports the groups it may import; null for everything
   */
  private record Group(int level, String name, @Nullable Set<String> imports) {}

  @Test
  void theMapListsEachPackageOnce() {
    Set<String> actual =
        packages().stream()
            .map(each -> within(each.getName()))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(PACKAGES.keySet()), actual);
    for (String name : PACKAGES.keySet()) {
      assertTrue(GROUPS.containsKey(group(name)), () -> name + " is in no group of the map");
    }
  }

  @Test
  void groupsImportOnlyLowerGroups() {
    for (Group group : GROUPS.values()) {
      assertTrue(
          group.imports() != null || PROGRAMS.contains(group.name()),
          () -> group.name() + " may import everything");
      for (String name : Objects.requireNonNullElse(group.imports(), Set.<String>of())) {
        Group imported =
            Objects.requireNonNull(GROUPS.get(name), () -> "there is no group " + name);
        assertTrue(
            imported.level() < group.level(),
            () -> group.name() + " names " + name + ", which is not below it");
      }
    }
  }

  @Test
  void groupsImportWhatTheMapNames() {
    assertNoFaults(
        (from, to) -> {
          Set<String> allowed = groupOf(from).imports();
          assertTrue(
              allowed == null
                  || group(from).equals(group(to))
                  || allowed.contains(group(to))
                  || isStoreOf(to, from),
              "the map does not allow it");
        });
  }

  @Test
  void onlyProgramsNameAdapters() {
    assertNoFaults(
        (from, to) ->
            assertFalse(
                isAdapter(to) && !PROGRAMS.contains(group(from)), "only programs name adapters"));
  }

  /** The WAR does not contain the command line. */
  @Test
  void nothingImportsTheCommandLine() {
    assertNoFaults(
        (from, to) ->
            assertFalse(
                group(to).equals("cli") && !group(from).equals("cli"), "it is another program"));
  }

  @Test
  void onlyTheServerAndProtocolsNameProtocols() {
    assertNoFaults(
        (from, to) ->
            assertFalse(
                group(to).equals(PROTOCOL) && !Set.of(SERVER, PROTOCOL).contains(group(from)),
                "only the server names protocols"));
  }

  @Test
  void onlyAdaptersKnowTheStores() {
    assertNoFaults(
        (from, to) ->
            assertFalse(
                STORES.containsKey(to)
                    && !isStoreOf(to, from)
                    && !group(from).equals(group(to))
                    && !PROGRAMS.contains(group(from)),
                "only adapters use a store's client"));
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
                "are in groups of levels 0 to " + LAST_PLAIN_LEVEL,
                type ->
                    !within(type.getPackageName()).equals(NOT_PLAIN)
                        && !type.getPackageName().endsWith(PERSISTENT)
                        && !type.getPackageName().equals(ROOT)
                        && groupOf(within(type.getPackageName())).level() <= LAST_PLAIN_LEVEL))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jakarta..", "org.eclipse.microprofile..")
        .check(CLASSES);
  }

  @Test
  void adaptersOfPersistenceUseNothingElseOfThePlatform() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "..jpa")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are of Jakarta EE, a provider or MicroProfile, except Jakarta Persistence",
                type ->
                    Stream.of("jakarta.", "org.eclipse.", "org.hibernate.")
                            .anyMatch(type.getPackageName()::startsWith)
                        && !type.getPackageName().startsWith("jakarta.persistence")))
        .check(CLASSES);
  }

  /** A method of administration without one of them would be open, unlimited or untraceable. */
  @Test
  void everyMethodOfAdministrationIsPermittedRateLimitedAndAudited() {
    Set<String> faults = new TreeSet<>();
    int checked = 0;
    for (JavaClass type : CLASSES) {
      if (!isOfAdministration(type)) {
        continue;
      }
      for (JavaMethod method : type.getMethods()) {
        if (method.getAnnotations().stream().noneMatch(ArchitectureTest::isHttpMethod)) {
          continue;
        }
        checked++;
        for (Class<? extends Annotation> binding :
            List.of(Permitted.class, RateLimited.class, Audited.class)) {
          if (!method.isAnnotatedWith(binding) && !type.isAnnotatedWith(binding)) {
            faults.add(method.getFullName() + " has no @" + binding.getSimpleName());
          }
        }
        if (method.isAnnotatedWith(Audited.class)
            && method.getAnnotationOfType(Audited.class).value().isBlank()) {
          faults.add(method.getFullName() + " names no action for the audit log");
        }
      }
    }
    assertEquals(Set.of(), faults);
    assertTrue(checked >= 9, "the methods were not read: " + checked);
  }

  /** A resource that is not in the list of the application answers 404 on every server. */
  @Test
  void everyResourceIsServed() {
    Set<String> served =
        new DataPlane().getClasses().stream().map(Class::getName).collect(Collectors.toSet());
    for (JavaClass type : CLASSES) {
      if (type.isAnnotatedWith(jakarta.ws.rs.Path.class)) {
        assertTrue(served.contains(type.getName()), type.getName() + " is not in DataPlane");
      }
    }
  }

  private static boolean isOfAdministration(JavaClass type) {
    return type.isAnnotatedWith(jakarta.ws.rs.Path.class)
        && type.getAnnotationOfType(jakarta.ws.rs.Path.class).value().matches("/?admin(/.*)?");
  }

  private static boolean isHttpMethod(JavaAnnotation<?> annotation) {
    return annotation.getRawType().isAnnotatedWith(HttpMethod.class);
  }

  @Test
  void onlyTimeReadsTheClocks() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".core.time..")
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe("reads a clock", ArchitectureTest::readsAClock))
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

  /** Applies a rule to every dependency between two packages and reports all that break it. */
  private static void assertNoFaults(BiConsumer<String, String> rule) {
    Set<String> faults = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (!isMapped(type) || !isMapped(target)) {
          continue;
        }
        String from = within(type.getPackageName());
        String to = within(target.getPackageName());
        try {
          if (!from.equals(to)) {
            rule.accept(from, to);
          }
        } catch (AssertionError e) {
          faults.add(from + " imports " + to + ": " + e.getMessage() + ": " + dependency);
        }
      }
    }
    assertEquals(Set.of(), faults);
  }

  private static boolean isMapped(JavaClass type) {
    return type.getPackageName().startsWith(ROOT + ".");
  }

  /** Returns whether an adapter is called after the store whose client it uses. */
  private static boolean isStoreOf(String store, String adapter) {
    return isAdapter(adapter)
        && STORES.containsKey(store)
        && adapter.endsWith(Objects.requireNonNull(STORES.get(store)));
  }

  private static boolean isAdapter(String name) {
    return !PACKAGES.getOrDefault(name, "–").equals("–");
  }

  private static Group groupOf(String name) {
    return Objects.requireNonNull(GROUPS.get(group(name)), () -> name + " is in no group");
  }

  /** The first part of a package's name below the root. */
  private static String group(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static String within(String packageName) {
    return packageName.equals(ROOT) ? "" : packageName.substring(ROOT.length() + 1);
  }

  /** The packages below the root that contain classes. */
  private static List<JavaPackage> packages() {
    List<JavaPackage> all = new ArrayList<>();
    for (JavaPackage each : CLASSES.getPackage(ROOT).getSubpackagesInTree()) {
      if (each.getClasses().stream().anyMatch(c -> !c.getSimpleName().equals("package-info"))) {
        all.add(each);
      }
    }
    assertTrue(all.size() > 40, "the packages were not read: " + all.size());
    return all;
  }

  private static Map<String, Group> readGroups() {
    Map<String, Group> groups = new LinkedHashMap<>();
    for (MatchResult line : lines("\\| ([0-9]) \\| `([a-z]+)` \\| [^|]+ \\| ([^|]+) \\|")) {
      Set<String> imports =
          Pattern.compile("`([a-z]+)`")
              .matcher(line.group(3))
              .results()
              .map(name -> name.group(1))
              .collect(Collectors.toCollection(TreeSet::new));
      groups.put(
          line.group(2),
          new Group(
              Integer.parseInt(line.group(1)),
              line.group(2),
              line.group(3).strip().equals("everything") ? null : imports));
    }
    return groups;
  }

  /** Each package with the package whose port it implements, or a dash. */
  private static Map<String, String> readPackages() {
    Map<String, String> packages = new LinkedHashMap<>();
    for (MatchResult line : lines("\\| `([a-z.]+)` \\| [^|]+ \\| `?([a-z.]+|–)`? \\|")) {
      String before = packages.put(line.group(1), line.group(2));
      assertEquals(null, before, () -> line.group(1) + " is listed twice");
    }
    return packages;
  }

  private static List<MatchResult> lines(String pattern) {
    try {
      List<MatchResult> found =
          Pattern.compile("^" + pattern + "$", Pattern.MULTILINE)
              .matcher(Files.readString(MAP))
              .results()
              .toList();
      assertTrue(found.size() > 10, "the map was not read");
      return found;
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
