package io.broadcasty.cli.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Checks the disk and the port of the machine. */
final class MachineChecks {

  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int NO_CONTENT = 204;
  private static final long MEBIBYTE = 1024L * 1024;

  private final Doctor.Subject subject;

  MachineChecks(Doctor.Subject subject) {
    this.subject = subject;
  }

  /** Checks that the data directory can be written, and has room. */
  Finding disk(String dataDirectory) {
    Path directory = Path.of(dataDirectory).toAbsolutePath();
    Path existing = existing(directory);
    if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
      return Finding.error(
          "disk",
          "the data directory " + directory + " cannot be written",
          "create it for the user of the server: install -d -m 700 -o broadcasty " + directory);
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      String detail = free / MEBIBYTE + " MiB are free at " + existing;
      return free < subject.minFreeBytes()
          ? Finding.error(
              "disk",
              detail + ", and " + subject.minFreeBytes() / MEBIBYTE + " MiB are needed",
              "free space, or move BROADCASTY_DATA_DIR to a larger disk; shorter retention"
                  + " (BROADCASTY_REPLAY_RETENTION, BROADCASTY_AUDIT_RETENTION) needs less")
          : Finding.ok("disk", detail);
    } catch (IOException e) {
      return Finding.error("disk", "the disk of " + existing + ": " + e, "check the disk");
    }
  }

  /** Returns the directory, or the nearest one above it that exists. */
  private static @Nullable Path existing(Path directory) {
    Path existing = directory;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing;
  }

  /** Checks that the port is free, or that Broadcasty itself has it. */
  Finding port() {
    int port = subject.port();
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port));
      return Finding.ok("port", port + " is free");
    } catch (IOException e) {
      return isBroadcasty(port)
          ? Finding.ok("port", "Broadcasty answers on " + port)
          : Finding.error(
              "port",
              port + " is taken by another program",
              "stop it (ss -ltnp sport = :" + port + " names it), or give the server another port");
    }
  }

  private static boolean isBroadcasty(int port) {
    URI ping =
        URI.create(
            "http://"
                + InetAddress.getLoopbackAddress().getHostAddress()
                + ":"
                + port
                + "/broadcasty/ping");
    HttpRequest request = HttpRequest.newBuilder(ping).timeout(PATIENCE).build();
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()
          == NO_CONTENT;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
