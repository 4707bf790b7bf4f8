package io.broadcasty.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Push from the request to a stand-in for a push service (OneSignal's, which is plain JSON). */
@Tag("any-server")
class PushProcessIT {

  private static final Pattern KEY = Pattern.compile("\"idempotency_key\":\"([^\"]+)\"");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private volatile int status = 200;
  private volatile long delayMillis;

  @SuppressWarnings("NullAway.Init")
  private HttpServer service;

  @BeforeEach
  void startService() throws IOException {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.setExecutor(threads);
    service.createContext("/notifications", this::answer);
    service.start();
  }

  @AfterEach
  void stopService() {
    service.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delayMillis));
    byte[] answer =
        (status == 200 ? "{\"id\":\"" + UUID.randomUUID() + "\"}" : "{\"errors\":[\"busy\"]}")
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, answer.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(answer);
    }
  }

  private Map<String, String> settings() {
    return Map.of(
        "BROADCASTY_ONESIGNAL", "true",
        "BROADCASTY_PUSH_ONESIGNAL_APP_ID", "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "BROADCASTY_PUSH_ONESIGNAL_API_KEY", "secret-key",
        "BROADCASTY_PUSH_ONESIGNAL_BASE_URL", "http://127.0.0.1:" + service.getAddress().getPort(),
        "BROADCASTY_LIMITS_USER_BURST", "100000",
        "BROADCASTY_LIMITS_IP_BURST", "100000");
  }

  private static String register(Api api, String token, String rest) {
    HttpResponse<String> answer =
        api.post(
            "/broadcasty/push/subscriptions",
            token,
            "{\"service\":\"onesignal\",\"token\":\"" + UUID.randomUUID() + "\"" + rest + "}");
    assertEquals(200, answer.statusCode(), answer.body());
    return answer.body();
  }

  private static HttpResponse<String> send(Api api, String id, String to) {
    return api.post(
        "/broadcasty/push/send",
        api.tokens.publisher(),
        "{\"id\":\""
            + id
            + "\",\"to\":"
            + to
            + ",\"notification\":{\"title\":\"Paid\",\"ttl\":600}}");
  }

  private static String outcomes(Api api, String id) {
    return api.get("/broadcasty/push/" + id, api.tokens.publisher()).body();
  }

  @Test
  void aNotificationGoesFromTheRequestToTheServiceAndItsOutcomeBack() throws IOException {
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), settings())) {
      Api api = server.awaitReady();
      String subscription = register(api, api.tokens.member(), ",\"device\":\"phone\"");
      assertTrue(subscription.contains("\"user\":\"bob\""), subscription);
      status = 503;
      HttpResponse<String> taken = send(api, "s-1", "{\"users\":[\"bob\"]}");
      assertEquals(202, taken.statusCode(), taken.body());
      assertEquals("{\"id\":\"s-1\",\"devices\":1,\"duplicate\":false}", taken.body());
      Api.await("a try that fails", () -> outcomes(api, "s-1").contains("\"retrying\""));
      assertTrue(outcomes(api, "s-1").contains("503"), outcomes(api, "s-1"));
      status = 200;
      Api.await("acceptance", () -> outcomes(api, "s-1").contains("\"counts\":{\"accepted\":1}"));
      assertTrue(bodies.size() >= 2);
      assertMeters(api);
      assertEquals(1, bodies.stream().map(PushProcessIT::key).distinct().count());
      assertTrue(send(api, "s-1", "{\"users\":[\"bob\"]}").body().contains("\"duplicate\":true"));
      assertEquals(404, send(api, "s-2", "{\"users\":[\"nobody\"]}").statusCode());
      HttpResponse<String> long4k =
          api.post(
              "/broadcasty/push/send",
              api.tokens.publisher(),
              "{\"to\":{\"users\":[\"bob\"]},\"notification\":{\"title\":\"T\",\"data\":{\"x\":\""
                  + "y".repeat(5000)
                  + "\"}}}");
      assertEquals(413, long4k.statusCode(), long4k.body());
      assertTrue(long4k.body().contains("onesignal"), long4k.body());
      assertTrue(!server.log().contains("secret-key"));
    }
  }

  @Test
  void whoIsConnectedGetsThePublicationAndTheOthersAPush() throws IOException {
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), settings())) {
      Api api = server.awaitReady();
      register(api, api.tokens.member(), ",\"topics\":[\"feed\"]");
      register(api, api.tokens.guest(), ",\"topics\":[\"feed\"]");
      WsStream bob = WsStream.open(api, api.tokens.member());
      bob.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"feed\"}");
      assertEquals("subscribed", bob.next().kind());
      HttpResponse<String> published =
          api.publish(
              "{\"channel\":\"feed\",\"payload\":1,\"id\":\"p-1\",\"pushIfUndelivered\":"
                  + "{\"after\":3,\"notification\":{\"title\":\"News\"}}}");
      assertEquals(200, published.statusCode(), published.body());
      Matcher push = Pattern.compile("\"push\":\"([^\"]+)\"").matcher(published.body());
      assertTrue(push.find(), published.body());
      Api.await("the push", () -> outcomes(api, push.group(1)).contains("\"accepted\":1"));
      String outcomes = outcomes(api, push.group(1));
      assertTrue(outcomes.contains("\"user\":\"carol\""), outcomes);
      assertTrue(outcomes.contains("\"devices\":1"), outcomes);
    }
  }

  @Test
  void whatIsQueuedOutlivesAKilledProcess() throws IOException, InterruptedException {
    Ports ports = Ports.free();
    int count = 1000;
    delayMillis = 100;
    try (ServerProcess server = ServerProcess.start(home, ports, settings())) {
      Api api = server.awaitReady();
      List<String> users = new ArrayList<>();
      for (int user = 0; user < 20; user++) {
        users.add("\"u" + user + "\"");
        for (int device = 0; device < 50; device++) {
          register(api, api.tokens.publisher(), ",\"user\":\"u" + user + "\"");
        }
      }
      HttpResponse<String> taken = send(api, "s", "{\"users\":[" + String.join(",", users) + "]}");
      assertEquals(202, taken.statusCode(), taken.body());
      assertTrue(taken.body().contains("\"devices\":" + count), taken.body());
      Api.await("some to be sent", () -> bodies.size() > count / 4);
      server.kill();
    }
    Set<String> before = new HashSet<>(bodies.stream().map(PushProcessIT::key).toList());
    assertTrue(before.size() < count, "it was killed too late");
    delayMillis = 0;
    try (ServerProcess server = ServerProcess.start(home, ports, settings())) {
      Api api = server.awaitReady();
      Api.await(
          "all to be accepted",
          Duration.ofSeconds(90), // a lease is among it
          () -> outcomes(api, "s").contains("\"counts\":{\"accepted\":" + count + "}"));
    }
    List<String> all = bodies.stream().map(PushProcessIT::key).toList();
    assertEquals(count, new HashSet<>(all).size());
    assertTrue(all.size() - count <= 200, () -> all.size() - count + " were sent twice");
  }

  /** One device was tried in vain, and then accepted. */
  private static void assertMeters(Api api) {
    Scrape meters = Scrape.of(api);
    String outcomes = "broadcasty_push_outcomes_total{outcome=\"%s\",service=\"onesignal\"}";
    assertEquals(1, meters.value(outcomes.formatted("accepted")));
    assertTrue(meters.value(outcomes.formatted("retrying")) >= 1, meters::toString);
    assertEquals(0, meters.value(outcomes.formatted("rejected")));
    assertEquals(1, meters.value("broadcasty_push_service_up{service=\"onesignal\"}"));
    assertTrue(
        meters.samples().containsKey("broadcasty_push_queue{service=\"onesignal\"}"),
        meters::toString);
  }

  private static String key(String body) {
    Matcher found = KEY.matcher(body);
    assertTrue(found.find(), body);
    return found.group(1);
  }
}
