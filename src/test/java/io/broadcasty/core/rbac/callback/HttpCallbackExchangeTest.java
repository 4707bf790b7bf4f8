package io.broadcasty.core.rbac.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asks a real HTTP server, which may misbehave. */
class HttpCallbackExchangeTest {

  private static final CallbackSecret SECRET =
      new CallbackSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

  private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @SuppressWarnings("NullAway.Init")
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/decide", e -> answer(e, 200, "{\"allowed\":true}"));
    server.createContext(
        "/moved",
        e -> {
          e.getResponseHeaders().add("Location", "/decide");
          answer(e, 307, "");
        });
    server.createContext("/large", e -> answer(e, 200, " ".repeat(5000) + "{\"allowed\":true}"));
    server.createContext(
        "/slow",
        e -> {
          try {
            end.await();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          e.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange, int status, String body) throws IOException {
    received.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + exchange.getRequestHeaders().getFirst("webhook-id")
            + " "
            + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    exchange.getResponseHeaders().add("Cache-Control", "max-age=7");
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private HttpCallbackExchange exchange(String path, List<String> allowed, Duration timeout) {
    URI address = URI.create("http://localhost:" + server.getAddress().getPort() + path);
    return new HttpCallbackExchange(
        new CallbackSettings(
            address,
            List.of(SECRET),
            timeout,
            new EndpointGuard(
                new AllowedHosts(allowed), host -> List.of(InetAddress.getLoopbackAddress()))),
        4);
  }

  private CallbackExchange.Reply post(String path) {
    String origin = "http://localhost:" + server.getAddress().getPort();
    return exchange(path, List.of(origin), Duration.ofSeconds(20))
        .post(Map.of("webhook-id", "m1"), "{\"ä\":1}");
  }

  @Test
  void postsAQuestionAndReadsTheReply() {
    assertEquals(
        new CallbackExchange.Reply(200, "{\"allowed\":true}", "max-age=7"), post("/decide"));
    assertEquals(List.of("POST /decide m1 {\"ä\":1}"), List.copyOf(received));
  }

  @Test
  void followsNoRedirect() {
    assertEquals(307, post("/moved").status());
    assertEquals(1, received.size());
  }

  @Test
  void refusesALargeReply() {
    CallbackException refused = assertThrows(CallbackException.class, () -> post("/large"));
    assertEquals("the reply has more than 4096 bytes", refused.getMessage());
  }

  @Test
  void doesNotWaitForLongerThanTheLimit() {
    String origin = "http://localhost:" + server.getAddress().getPort();
    HttpCallbackExchange slow = exchange("/slow", List.of(origin), Duration.ofMillis(150));
    CallbackException late = assertThrows(CallbackException.class, () -> slow.post(Map.of(), "{}"));
    assertEquals("there is no reply within 150 ms", late.getMessage());
  }

  @Test
  void sendsNothingToAnAddressThatIsNotAllowed() {
    HttpCallbackExchange inside = exchange("/decide", List.of(), Duration.ofSeconds(20));
    CallbackException refused =
        assertThrows(CallbackException.class, () -> inside.post(Map.of(), "{}"));
    assertEquals("the endpoint is not at a public address", refused.getMessage());
    assertTrue(received.isEmpty());
  }

  @Test
  void saysThatNobodyListens() {
    String origin = "http://localhost:" + server.getAddress().getPort();
    HttpCallbackExchange exchange = exchange("/decide", List.of(origin), Duration.ofSeconds(20));
    server.stop(0);
    CallbackException refused =
        assertThrows(CallbackException.class, () -> exchange.post(Map.of(), "{}"));
    assertEquals("it cannot be connected to", refused.getMessage());
  }
}
