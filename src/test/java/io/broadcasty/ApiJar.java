package io.broadcasty;

import io.broadcasty.core.rbac.PolicyResolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The API jar, made for tests as src/main/assembly/api.xml says. */
public final class ApiJar {

  private static final Path DESCRIPTOR = Path.of("src/main/assembly/api.xml");

  private ApiJar() {}

  /** Returns the directory of the classes of the product. */
  static Path classes() {
    try {
      return Path.of(
          PolicyResolver.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the files of the jar, relative to {@link #classes()}. */
  static List<Path> files() {
    try (Stream<Path> all = Files.walk(classes().resolve("io/broadcasty/core"))) {
      List<PathMatcher> included =
          Pattern.compile("<include>(.*)</include>")
              .matcher(Files.readString(DESCRIPTOR))
              .results()
              .map(include -> FileSystems.getDefault().getPathMatcher("glob:" + include.group(1)))
              .toList();
      return all.map(classes()::relativize)
          .filter(file -> included.stream().anyMatch(each -> each.matches(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the jar. */
  public static void write(Path jar) {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path file : files()) {
        out.putNextEntry(new JarEntry(file.toString()));
        out.write(Files.readAllBytes(classes().resolve(file)));
        out.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
