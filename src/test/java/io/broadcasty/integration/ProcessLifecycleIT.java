package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests starts that must fail, graceful stops, and killed processes. */
class ProcessLifecycleIT {

  /** What the JVM returns when it ends with {@code -XX:+ExitOnOutOfMemoryError}. */
  private static final int EXIT_ON_OUT_OF_MEMORY = 3;

  private static final Map<String, String> BUDGETS_OFF =
      Map.of(
          "BROADCASTY_MEMORY_STREAMS", "100%",
          "BROADCASTY_MEMORY_IDS", "100%",
          "BROADCASTY_MEMORY_TENANT_PERCENT", "100",
          "BROADCASTY_LIMITS_ENABLED", "false");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  @Test
  void anInvalidConfigurationAbortsTheStartWithAMessage() throws IOException {
    Map<String, String> wrong =
        Map.of(
            "BROADCASTY_REPLAY_STOER",
            "database",
            "BROADCASTY_STREAM_HEARTBEAT",
            "soon",
            "BROADCASTY_START_FAILURE",
            "stay");
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), wrong)) {
      Api.await(
          "the errors in the log",
          Duration.ofMinutes(2),
          () -> server.log().contains("its configuration has 2 errors"));
      assertTrue(server.log().contains("BROADCASTY_REPLAY_STOER: there is no such key"));
      assertTrue(server.log().contains("broadcasty.stream.heartbeat"));
      assertTrue(server.isAlive());
    }
  }

  @Test
  void anInvalidConfigurationEndsTheProcessWithAMessage() throws IOException {
    List<String> lines =
        lastWords(
            Map.of("BROADCASTY_REPLAY_STOER", "redis", "BROADCASTY_STREAM_HEARTBEAT", "soon"));
    assertEquals("Broadcasty cannot start because its configuration has 2 errors:", lines.get(0));
    assertTrue(lines.get(1).startsWith("  - BROADCASTY_REPLAY_STOER: there is no such key"));
    assertTrue(lines.get(2).startsWith("  - broadcasty.stream.heartbeat"), lines.toString());
  }

  @Test
  @Tag("any-server")
  void anUnreachableRedisEndsTheProcessWithAMessage() throws IOException {
    String url = "redis://localhost:" + Ports.free().http();
    List<String> lines =
        lastWords(Map.of("BROADCASTY_DRIVER", "redis", "BROADCASTY_REDIS_URL", url));
    assertEquals("Broadcasty cannot start because its configuration has an error:", lines.get(0));
    assertTrue(lines.get(1).startsWith("  - broadcasty.redis.url"), lines.toString());
    assertTrue(lines.get(1).contains(url + " cannot be reached"), lines.toString());
  }

  /** Starts a server that ends its process; returns its last lines, from the message on. */
  private List<String> lastWords(Map<String, String> wrong) throws IOException {
    Map<String, String> settings = new HashMap<>(wrong);
    if (!(ServerKind.current() instanceof PayaraMicro)) {
      settings.put("BROADCASTY_START_FAILURE", "exit");
    }
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), settings)) {
      server.awaitEnd(Duration.ofMinutes(2));
      assertEquals(78, server.exitCode(), server::log);
      List<String> lines = server.log().lines().toList();
      int last = lines.size() - 1;
      while (last > 0 && lines.get(last).startsWith("  - ")) {
        last--;
      }
      return lines.subList(last, lines.size());
    }
  }

  /** Clients leave during their bodies; that counts as bad requests, without a stack trace. */
  private static void leaveDuringBodies(ServerProcess server, Api api) throws IOException {
    String badRequests = "broadcasty_http_answers_total{class=\"4xx\",code=\"400\"}";
    double before = Scrape.of(api).samples().getOrDefault(badRequests, 0.0);
    String log = server.log();
    int requests = 0;
    for (String path : List.of("publish", "presence/heartbeat", "admin/disconnect")) {
      for (boolean reset : List.of(false, true)) {
        leaveDuringTheBody(api, path, reset);
        requests++;
      }
    }
    double expected = before + requests;
    Api.await("their end", () -> Scrape.of(api).value(badRequests) == expected);
    String added =
        server
            .log()
            .substring(log.length())
            .lines()
            .filter(line -> !line.contains("FFDC1015I")) // Open Liberty's note of its own file
            .collect(Collectors.joining("\n"));
    assertFalse(added.contains("\tat ") || added.contains("Exception"), added);
  }

  /** Sends a part of a body once the server reads it, and leaves by a close or a reset. */
  private static void leaveDuringTheBody(Api api, String path, boolean reset) throws IOException {
    try (RawSocket client = new RawSocket(api)) {
      client.write(
          ("POST /broadcasty/"
                  + path
                  + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Expect: 100-continue\r\nContent-Length: 1000\r\nAuthorization: Bearer "
                  + api.tokens.admin()
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      String first = client.readUntil("\r\n\r\n"); // Open Liberty adds fields
      assertTrue(first.contains(" 100 Continue"), first);
      client.write("{\"channel\":".getBytes(StandardCharsets.US_ASCII));
      if (reset) {
        client.reset();
      }
    }
  }

  /** Closes the streams with a code that tells clients to come back, and ends the process. */
  private static void drainBySignal(ServerProcess server, Api api) {
    WsStream webSocket = WsStream.open(api, api.tokens.guest());
    // a stopping server loads no classes, so a kind of frame that was not sent before may fail
    assertEquals("reply", webSocket.send("{\"id\":1,\"command\":\"ping\"}").next().kind());
    SseStream events = sse(api, "drained", null);
    assertEquals("subscribed", events.next().kind());
    server.terminate();
    assertEquals("draining", webSocket.next().field("code"));
    assertEquals(4503, webSocket.awaitClose());
    Stream.Event end = events.next();
    assertEquals("end", end.kind());
    assertEquals("yes", end.field("retry"));
    Api.await("the end of the response", events::isEnded);
    // a server that counts a closed stream as open would wait for it
    server.awaitEnd(Duration.ofSeconds(20));
  }

  @Test
  void clientsThatLeaveLeaveNoTraceAndASignalDrainsTheStreams() throws IOException {
    Map<String, String> store = Map.of("BROADCASTY_REPLAY_STORE", "database");
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), store)) {
      Api api = server.awaitReady();
      leaveDuringBodies(server, api);
      api.publishNumbers("feed", 1, 1);
      drainBySignal(server, api);
    }
  }

  /** {@link AdministrationIT} starts every server again on the database of one that was killed. */
  @Test
  @Tag("any-server")
  void theDatabaseStoreSurvivesAKill() throws IOException {
    Map<String, String> store = Map.of("BROADCASTY_REPLAY_STORE", "database");
    Ports ports = Ports.free();
    Stream.Event tenth;
    try (ServerProcess server = ServerProcess.start(home, ports, store)) {
      Api api = server.awaitReady();
      SseStream events = sse(api, "feed", null);
      assertEquals("subscribed", events.next().kind());
      api.publishNumbers("feed", 1, 20);
      tenth = events.next();
      for (int i = 2; i <= 10; i++) {
        tenth = events.next();
      }
      assertEquals(10, tenth.sequence());
      server.kill();
    }
    try (ServerProcess server = ServerProcess.start(home, ports, store)) {
      Api api = server.awaitReady();
      api.publishNumbers("feed", 21, 25);
      SseStream events = sse(api, "feed", tenth.cursor());
      assertEquals("true", events.next().field("recovered"));
      for (int i = 11; i <= 25; i++) {
        Stream.Event event = events.next();
        assertEquals(i, event.sequence());
        assertEquals(String.valueOf(i), event.field("payload"));
        assertEquals(tenth.field("epoch"), event.field("epoch"));
      }
    }
  }

  @Test
  @Tag("any-server")
  void theMemoryStoreReportsTheLostPosition() throws IOException {
    Ports ports = Ports.free();
    String cursor;
    try (ServerProcess server = ServerProcess.start(home, ports, Map.of())) {
      Api api = server.awaitReady();
      SseStream events = sse(api, "feed", null);
      events.next();
      api.publishNumbers("feed", 1, 3);
      cursor = Objects.requireNonNull(events.next().cursor());
      server.kill();
    }
    try (ServerProcess server = ServerProcess.start(home, ports, Map.of())) {
      Api api = server.awaitReady();
      SseStream events = sse(api, "feed", cursor);
      assertEquals("false", events.next().field("recovered"));
      Stream.Event lost = events.next();
      assertEquals("epoch", lost.field("reason"));
      assertNotEquals(cursor, lost.cursor());
      api.publishNumbers("feed", 1, 1);
      assertEquals(1, events.next().sequence());
    }
  }

  /** A drill: what fills the heap although there are budgets, ends the process at once. */
  @Test
  @Tag("any-server")
  void aFullHeapEndsTheProcessAndTheNextOneServes() throws IOException {
    Map<String, String> withoutBudgets = new HashMap<>(BUDGETS_OFF);
    withoutBudgets.put(ServerProcess.JVM_OPTIONS, "-XX:+ExitOnOutOfMemoryError -XX:+UseParallelGC");
    withoutBudgets.put("_JAVA_OPTIONS", "-Xmx256m"); // overrides what the server's script says
    Ports ports = Ports.free();
    try (ServerProcess server = ServerProcess.start(home, ports, withoutBudgets)) {
      Api api = server.awaitReady();
      for (int round = 0; server.isAlive() && round < 5000; round++) {
        publishUnlessEnded(api, largeBatch(round));
      }
      server.awaitEnd(Duration.ofSeconds(20));
      assertEquals(EXIT_ON_OUT_OF_MEMORY, server.exitCode(), server::log);
    }
    try (ServerProcess server = ServerProcess.start(home, ports, Map.of())) {
      server.awaitReady().publishNumbers("feed", 1, 1);
    }
  }

  /** Returns almost a mebibyte of publications, each to a channel of its own. */
  private static String largeBatch(int round) {
    String payload = "x".repeat(60_000);
    return IntStream.range(0, 16)
        .mapToObj(i -> "{\"channel\":\"c" + round + "-" + i + "\",\"payload\":\"" + payload + "\"}")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static void publishUnlessEnded(Api api, String json) {
    try {
      // a node without memory may answer anything but that a limit was reached
      assertNotEquals(429, api.publish(json).statusCode());
    } catch (IllegalStateException ended) {
      assertTrue(ended.getCause() instanceof IOException, ended::toString);
    }
  }

  private static SseStream sse(
      Api api, String channel, @org.jspecify.annotations.Nullable String cursor) {
    HttpRequest.Builder request =
        api.request("/broadcasty/sse?channel=" + channel, api.tokens.guest());
    if (cursor != null) {
      request.header("Last-Event-ID", cursor);
    }
    return SseStream.open(request.build(), api);
  }
}
