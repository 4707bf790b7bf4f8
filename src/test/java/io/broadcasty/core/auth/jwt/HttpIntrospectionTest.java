package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpIntrospectionTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final CountDownLatch held = new CountDownLatch(1);
  private volatile String reply = "{\"active\":false}";
  private volatile int status = 200;
  private volatile boolean holding;
  private final HttpServer server = start();

  private static HttpServer start() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void serve() {
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          received.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          if (holding) {
            try {
              held.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          exchange.getResponseHeaders().set("Location", "/elsewhere");
          byte[] bytes = reply.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    held.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private HttpIntrospection client(boolean inBody, Duration timeout) {
    return new HttpIntrospection(
        new IntrospectionSettings(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/introspect"),
            "broad:casty",
            "s&cret",
            inBody,
            timeout,
            Duration.ZERO,
            ""));
  }

  private String failure(Duration timeout) {
    IOException e = assertThrows(IOException.class, () -> client(false, timeout).ask("the-token"));
    String told = String.valueOf(e.getMessage());
    assertFalse(told.contains("the-token") || told.contains("s&cret"), told);
    return told;
  }

  @Test
  void asksAsAClientOfTheIssuer() throws IOException {
    assertEquals("{\"active\":false}", client(false, LONG).ask("a+b/c="));
    String basic =
        Base64.getEncoder()
            .encodeToString("broad%3Acasty:s%26cret".getBytes(StandardCharsets.UTF_8));
    String form = "token=a%2Bb%2Fc%3D&token_type_hint=access_token";
    assertEquals(
        "POST /introspect Basic " + basic + " application/x-www-form-urlencoded " + form,
        received.get(0));
    client(true, LONG).ask("a+b/c=");
    assertEquals(
        "POST /introspect null application/x-www-form-urlencoded "
            + form
            + "&client_id=broad%3Acasty&client_secret=s%26cret",
        received.get(1));
  }

  @Test
  void anotherStatusIsNoAnswer() {
    for (int each : new int[] {204, 302, 404, 500}) {
      status = each;
      reply = "";
      assertTrue(failure(LONG).contains(String.valueOf(each)), "status " + each);
    }
    assertTrue(received.stream().noneMatch(each -> each.contains("elsewhere")), "no redirect");
    status = 401;
    assertTrue(failure(LONG).contains("secret"), "says what to check");
  }

  @Test
  void aLongReplyIsCutOff() {
    reply = "x".repeat(HttpIntrospection.MAX_REPLY_BYTES + 1);
    assertTrue(failure(LONG).contains("more than"), "more than what is read");
  }

  @Test
  void nobodyWaitsBeyondTheLimit() {
    holding = true;
    assertTrue(failure(Duration.ofMillis(200)).contains("within 200 ms"), "says how long");
  }

  @Test
  void anIssuerThatIsAwayIsTold() {
    server.stop(0);
    assertEquals("it cannot be connected to", failure(LONG));
  }
}
