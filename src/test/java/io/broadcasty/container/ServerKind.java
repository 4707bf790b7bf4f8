package io.broadcasty.container;

import io.broadcasty.transport.StreamOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A kind of application server, as far as the tests have to know it. */
interface ServerKind {

  /** The kind that this run of the suite is for. */
  static ServerKind current() {
    Path servers = Path.of(System.getProperty("it.servers"));
    String name = System.getProperty("arquillian.launch");
    return switch (name) {
      case "payara" -> new PayaraMicro(servers.resolve("payara-micro.jar"));
      case "wildfly" -> new WildFly(servers.resolve("wildfly"));
      case "liberty" ->
          new OpenLiberty(
              servers.resolve("liberty"),
              Path.of(System.getProperty("it.server-config"), "liberty"));
      default -> throw new IllegalArgumentException("there is no server called " + name);
    };
  }

  /**
   * Lays out what Arquillian's container needs.
   *
   * @return what {@code arquillian.xml} asks for
   */
  Map<String, String> prepareArquillian(Path home, Ports ports) throws IOException;

  /** Lays out a server with the WAR in {@code home}, and tells how it is started. */
  ProcessBuilder process(Path home, Path war, Ports ports) throws IOException;

  /**
   * Whether a log says that the server has started whole: it answers before, but does not stop in
   * order until then.
   */
  boolean hasStarted(String log);

  /** Whether it has MicroProfile Metrics, at {@code /metrics} of the port of HTTP. */
  default boolean hasMicroProfileMetrics() {
    return true;
  }

  /** What a WebSocket of our own engine is written with, unless that is turned off. */
  default StreamOutput webSocketOutput() {
    return StreamOutput.SERVLET;
  }

  /** What an event stream is written with, unless that is turned off. */
  default StreamOutput eventStreamOutput() {
    return StreamOutput.SERVLET;
  }

  /** Copies a folder with its files, which may be there already. */
  static void copyFiles(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(
            file,
            to.resolve(file.getFileName()),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
