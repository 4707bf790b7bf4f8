package io.broadcasty.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Payara Micro with the built WAR as a process of its own, for what ends a process. */
final class ServerProcess implements AutoCloseable {

  private final Process process;
  private final Path log;
  private final Api api;

  private ServerProcess(Process process, Path log, Api api) {
    this.process = process;
    this.log = log;
    this.api = api;
  }

  /** Starts it in development mode; does not wait. */
  static ServerProcess start(Path home, int port, Map<String, String> environment)
      throws IOException {
    Path log = home.resolve("server.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Djava.net.preferIPv4Stack=true"));
    command.addAll(List.of("-jar", System.getProperty("payara.micro.jar"), "--nocluster"));
    command.addAll(List.of("--disablephonehome", "--port", String.valueOf(port)));
    command.addAll(List.of("--shutdowngrace", "3000"));
    command.addAll(List.of("--deploy", System.getProperty("broadcasty.war")));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("BROADCASTY_DEV", "true");
    builder.environment().put("BROADCASTY_DRAIN", "1s");
    builder.environment().put("BROADCASTY_DATA_DIR", home.resolve("data").toString());
    builder.environment().putAll(environment);
    return new ServerProcess(
        builder.start(),
        log,
        new Api(URI.create("http://localhost:" + port), new DevTokens(home.resolve("data"))));
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  Api awaitReady() {
    Api.await(
        "the server to be ready",
        java.time.Duration.ofSeconds(120),
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("the server ended: " + log());
          }
          try {
            // the server answers before it has started whole, and does not stop in order until then
            return api.get("/dev/tokens", "").statusCode() == 200 && log().contains(" ready in ");
          } catch (IllegalStateException notYet) {
            return false;
          }
        });
    return api;
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the kernel does when memory runs out: no hook runs. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(20, TimeUnit.SECONDS);
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
