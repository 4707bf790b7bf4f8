package io.broadcasty.integration;

import io.broadcasty.DocumentPage;
import io.broadcasty.transport.container.StreamOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A kind of application server, as far as the tests depend on it. */
interface ServerKind {

  /** Returns the kind that this run of the suite uses. */
  static ServerKind current() {
    Path servers = Path.of(System.getProperty("it.servers"));
    String name = System.getProperty("arquillian.launch");
    return switch (name) {
      case "payara" -> new PayaraMicro(servers.resolve("payara-micro.jar"));
      case "payara7" -> new PayaraMicro(servers.resolve("payara-micro-7.jar"));
      case "wildfly" -> new WildFly(servers.resolve("wildfly"));
      case "liberty" ->
          new OpenLiberty(
              servers.resolve("liberty"),
              Path.of(System.getProperty("it.server-config"), "liberty"));
      default -> throw new IllegalArgumentException("there is no server called " + name);
    };
  }

  /**
   * Prepares what Arquillian's container needs.
   *
   * @return the properties that {@code arquillian.xml} refers to
   */
  Map<String, String> prepareArquillian(Path home, Ports ports) throws IOException;

  /** Prepares a server with the WAR in {@code home}, and returns how to start it. */
  ProcessBuilder process(Path home, Path war, Ports ports) throws IOException;

  /**
   * Adds another application to a prepared server, at the context root that its file's name says;
   * before Broadcasty, where the server lets one choose.
   */
  void addApplication(Path home, ProcessBuilder prepared, Path war) throws IOException;

  /** Changes a prepared server as docs/howto/large-tokens.md says. */
  void takeLargeTokens(DocumentPage page, Path home, ProcessBuilder prepared) throws IOException;

  /** Returns the length of tokens that fit into a header only after this change. */
  default int largeToken() {
    return 24_000;
  }

  /**
   * Returns whether a log shows that the server has started completely: it answers before, but does
   * not stop in order until then.
   */
  boolean hasStarted(String log);

  /** Returns whether it has MicroProfile Metrics, at {@code /metrics} of the HTTP port. */
  default boolean hasMicroProfileMetrics() {
    return true;
  }

  /**
   * Returns the output of WebSockets of Broadcasty's own engine, unless internals are turned off.
   */
  default StreamOutput webSocketOutput() {
    return StreamOutput.SERVLET;
  }

  /** Returns the output of event streams, unless internals are turned off. */
  default StreamOutput eventStreamOutput() {
    return StreamOutput.SERVLET;
  }

  /** Copies a folder with its files, and overwrites existing ones. */
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
