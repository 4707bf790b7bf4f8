package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.PolicyResolver;
import io.broadcasty.core.tenant.TenantSettingsSource;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DocumentationTool;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the API jar is complete, and has nothing that it does not need. */
class ApiJarTest {

  /** What applications implement or use. */
  private static final List<Class<?>> ROOTS =
      List.of(
          PolicyResolver.class,
          DefaultPolicyResolver.class,
          TenantSettingsSource.class,
          RealtimeListener.class);

  /** A class of the product, as class files name it. */
  private static final Pattern NAME = Pattern.compile("io/broadcasty/[A-Za-z0-9_/$]+");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void itHasWhatItsInterfacesNeedAndNothingElse() throws IOException {
    Set<String> needed = new TreeSet<>();
    for (Class<?> root : ROOTS) {
      addNeeded(root.getName().replace('.', '/'), needed);
    }
    Set<String> contained = new TreeSet<>();
    ApiJar.files().forEach(file -> contained.add(file.toString().replaceAll("\\.class$", "")));
    assertEquals(needed, contained, "src/main/assembly/api.xml");
  }

  @Test
  void itsClassesLoadWithoutTheProduct() throws Exception {
    Path jar = folder.resolve("broadcasty-api.jar");
    ApiJar.write(jar);
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      for (Path file : ApiJar.files()) {
        String name = file.toString().replaceAll("\\.class$", "").replace('/', '.');
        Class<?> loaded = Class.forName(name, true, loader);
        assertEquals(loader, loaded.getClassLoader(), name);
        for (Method method : loaded.getDeclaredMethods()) { // fails if a type of one is missing
          assertEquals(loaded, method.getDeclaringClass());
        }
      }
      assertEquals(
          PolicyResolver.class.getMethods().length,
          loader.loadClass(PolicyResolver.class.getName()).getMethods().length);
    }
  }

  /** A broken link in them would break the Javadoc that the build makes. */
  @Test
  void theInterfacesHaveJavadoc() throws IOException {
    DocumentationTool javadoc = ToolProvider.getSystemDocumentationTool();
    StringBuilder messages = new StringBuilder();
    List<Path> sources = new ArrayList<>();
    for (Class<?> root : ROOTS) {
      sources.add(Path.of("src/main/java", root.getName().replace('.', '/') + ".java"));
    }
    try (StandardJavaFileManager files =
        javadoc.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean made =
          javadoc
              .getTask(
                  null,
                  files,
                  message -> messages.append(message).append('\n'),
                  null,
                  List.of(
                      "-quiet",
                      "-Xdoclint:reference,html,syntax",
                      "-d",
                      folder.resolve("docs").toString(),
                      "-classpath",
                      System.getProperty("java.class.path")),
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertTrue(made, messages::toString);
    }
    assertTrue(Files.exists(folder.resolve("docs/io/broadcasty/core/rbac/PolicyResolver.html")));
  }

  /** Adds a class and all classes of the product that it names. */
  private static void addNeeded(String name, Set<String> needed) throws IOException {
    Path file = ApiJar.classes().resolve(name + ".class");
    if (!Files.exists(file) || !needed.add(name)) {
      return;
    }
    Matcher names = NAME.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    while (names.find()) {
      addNeeded(names.group(), needed);
    }
  }
}
