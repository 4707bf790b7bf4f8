package io.broadcasty.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A server with the built WAR in a process of its own, for tests that end the process. */
final class ServerProcess implements AutoCloseable {

  /** The environment variable with options for the JVM, on every server. */
  static final String JVM_OPTIONS = "JAVA_TOOL_OPTIONS";

  /** Halves the start-up time. */
  private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

  /** Payara's Hazelcast otherwise tells its vendor of each start. */
  private static final String NO_CALLS_HOME = "-Dhazelcast.phone.home.enabled=false";

  private static final String COLLECTOR = "-XX:+UseSerialGC";

  private final ServerKind kind;
  private final Process process;
  private final Path log;
  private final Api api;

  private ServerProcess(ServerKind kind, Process process, Path log, Api api) {
    this.kind = kind;
    this.process = process;
    this.log = log;
    this.api = api;
  }

  /** Starts the server in development mode with these settings only; does not wait. */
  static ServerProcess start(Path home, Ports ports, Map<String, String> settings)
      throws IOException {
    Path war = Path.of(System.getProperty("broadcasty.war"));
    return start(home, ports, settings, ServerKind.current().process(home, war, ports));
  }

  /** Starts a server that was prepared in {@code home}, as {@link #start} does. */
  static ServerProcess start(
      Path home, Ports ports, Map<String, String> settings, ProcessBuilder builder)
      throws IOException {
    ServerKind kind = ServerKind.current();
    // a file for each start: awaitReady() must not take the message of an earlier one for its own
    Path log = Files.createTempFile(Files.createDirectories(home), "server", ".log");
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("BROADCASTY_"));
    environment.put("BROADCASTY_DEV", "true");
    environment.put("BROADCASTY_DRAIN", "1s");
    environment.put("BROADCASTY_OPERATOR_TENANT", "operations");
    Path data = home.resolve("data");
    DevTokens.provideKey(data);
    environment.put("BROADCASTY_DATA_DIR", data.toString());
    environment.putAll(settings);
    // a server that is killed leaves what it unpacked there
    Path temporary = Files.createDirectories(home.resolve("tmp"));
    environment.put(
        JVM_OPTIONS,
        String.join(
            " ",
            QUICK_START,
            NO_CALLS_HOME,
            "-Djava.io.tmpdir=" + temporary,
            settings.getOrDefault(JVM_OPTIONS, COLLECTOR)));
    return new ServerProcess(
        kind,
        builder.start(),
        log,
        new Api(URI.create("http://localhost:" + ports.http()), new DevTokens(data)));
  }

  Api awaitReady() {
    return awaitAnswer("/dev/tokens", 200);
  }

  /** Waits until the server has started and answers the path with the status. */
  Api awaitAnswer(String path, int status) {
    Api.await(
        "the server to be ready",
        Duration.ofMinutes(2),
        Duration.ofMillis(100), // a higher rate would slow the start down
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("the server ended: " + log());
          }
          try {
            return kind.hasStarted(log()) && api.get(path, "").statusCode() == status;
          } catch (IllegalStateException notYet) {
            return false;
          }
        });
    return api;
  }

  URI base() {
    return api.base;
  }

  /** Returns what this process has written, without what an earlier one in the same home has. */
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Kills the process, as the kernel does when memory runs out: no shutdown hook runs. Returns when
   * it has ended, so that its files and ports are free.
   */
  void kill() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList()); // of a start script
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    Api.await("the end", () -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** Returns the id of the JVM's process, which a script may have started. */
  long jvm() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .filter(each -> each.info().command().orElse("").endsWith("/java"))
        .mapToLong(ProcessHandle::pid)
        .max()
        .orElseThrow(() -> new AssertionError("there is no JVM"));
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.destroy();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns the exit code of a process that has ended. */
  int exitCode() {
    return process.exitValue();
  }

  void awaitEnd(Duration atMost) {
    Api.await("the end of the process", atMost, () -> !process.isAlive());
  }

  @Override
  public void close() {
    kill();
  }
}
