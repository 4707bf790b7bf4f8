package io.broadcasty.integration;

import io.broadcasty.relay.provider.FakeProviderServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An independent Pusher server (soketi), with the application of {@link FakeProviderServer}. It can
 * be stopped and started again at its port.
 */
final class PusherServer implements AutoCloseable {

  private final NodePrograms programs;
  private final Path log;
  private final Ports ports;
  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable Process process;

  private PusherServer(NodePrograms programs, Path log, Ports ports) {
    this.programs = programs;
    this.log = log;
    this.ports = ports;
  }

  static PusherServer start(NodePrograms programs, Path home) throws IOException {
    PusherServer server =
        new PusherServer(programs, home.resolve("pusher-server.log"), Ports.free());
    server.start();
    return server;
  }

  int port() {
    return ports.http();
  }

  void start() throws IOException {
    ProcessBuilder builder =
        programs
            .program("node_modules/@soketi/soketi/bin/server.js", "start")
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder
        .environment()
        .putAll(
            Map.of(
                "SOKETI_HOST",
                "127.0.0.1",
                "SOKETI_PORT",
                String.valueOf(port()),
                "SOKETI_METRICS_SERVER_PORT",
                String.valueOf(ports.management()),
                "SOKETI_METRICS_ENABLED",
                "false",
                "SOKETI_DEFAULT_APP_ID",
                FakeProviderServer.APP_ID,
                "SOKETI_DEFAULT_APP_KEY",
                FakeProviderServer.KEY,
                "SOKETI_DEFAULT_APP_SECRET",
                FakeProviderServer.SECRET));
    process = builder.start();
    Api.await("the Pusher server", this::answers);
  }

  private boolean answers() {
    try {
      if (process == null || !process.isAlive()) {
        throw new AssertionError("the Pusher server ended: " + Files.readString(log));
      }
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + "/ready")).build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Stops the server; its port refuses connections from then on. */
  void stop() {
    if (process != null) {
      process.destroyForcibly();
      try {
        process.waitFor(20, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process = null;
    }
  }

  @Override
  public void close() {
    stop();
  }
}
