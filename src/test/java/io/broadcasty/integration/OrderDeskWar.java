package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * The example application with what it publishes with, made of their sources: the modules are not
 * built when the integration tests of this one run.
 */
final class OrderDeskWar {

  private static final Path SDK = Path.of("sdk");
  private static final Path CDI = SDK.resolve("cdi/src/main");
  private static final Path EXAMPLE = Path.of("examples/order-desk/src/main");

  private OrderDeskWar() {}

  /** Builds the WAR in a folder. */
  static Path build(Path folder) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    compile(
        List.of(SDK.resolve("java/src/main/java"), CDI.resolve("java"), EXAMPLE.resolve("java")),
        classes);
    WebArchive war =
        ShrinkWrap.create(WebArchive.class, "order-desk.war")
            .addAsLibraries(
                library(classes, "client"),
                library(classes, "cdi")
                    .addAsManifestResource(
                        CDI.resolve("resources/META-INF/beans.xml").toFile(), "beans.xml"))
            .addAsWebResource(EXAMPLE.resolve("webapp/index.html").toFile());
    for (Path file : filesIn(classes.resolve("com"))) {
      war.addAsWebInfResource(file.toFile(), "classes/" + classes.relativize(file));
    }
    File file = folder.resolve(war.getName()).toFile();
    war.as(ZipExporter.class).exportTo(file, true);
    return file.toPath();
  }

  private static JavaArchive library(Path classes, String module) throws IOException {
    JavaArchive jar = ShrinkWrap.create(JavaArchive.class, "broadcasty-" + module + ".jar");
    for (Path file : filesIn(classes.resolve("io/broadcasty").resolve(module))) {
      jar.addAsResource(file.toFile(), classes.relativize(file).toString());
    }
    return jar;
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static void compile(List<Path> sources, Path classes) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--release", "17", "-proc:none"));
    arguments.addAll(List.of("-parameters", "-d", classes.toString()));
    arguments.addAll(List.of("-cp", System.getProperty("java.class.path")));
    for (Path folder : sources) {
      filesIn(folder).forEach(file -> arguments.add(file.toString()));
    }
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new)));
  }
}
