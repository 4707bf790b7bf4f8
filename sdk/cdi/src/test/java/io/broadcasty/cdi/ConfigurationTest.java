package io.broadcasty.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.broadcasty.cdi.test.PublicationRecorder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.JMException;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests which way publications take, and what is said when there is none. */
class ConfigurationTest {

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private WeldContainer container;
  private Publisher<Object> publisher;
  private HttpServer server;
  private volatile int status = 200;
  private volatile String answer =
      "[{\"id\":\"1\",\"channel\":\"a\",\"partition\":0,\"sequence\":5,\"epoch\":\"e\"}]";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/broadcasty/publish",
        exchange -> {
          requests.add(
              exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    container = PublishingTest.container();
    publisher = container.select(Application.class).get().any;
  }

  @AfterEach
  void stop() {
    container.close();
    server.stop(0);
    for (String key :
        List.of(Configuration.URL, Configuration.TOKEN, Configuration.SECRET, Configuration.VIA)) {
      System.clearProperty(key);
    }
  }

  private void useServer() {
    System.setProperty(Configuration.URL, "http://localhost:" + server.getAddress().getPort());
    System.setProperty(Configuration.TOKEN, "t0");
  }

  private String failure() {
    return PublishingTest.failure(publisher.publish("a", 1)).getMessage();
  }

  private void assertFailure(String... parts) {
    String message = failure();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void withoutBroadcastyAndAddressItSaysWhatToSet() {
    assertFailure("not_configured", "deploy it", "broadcasty.client.url");
    System.setProperty(Configuration.VIA, "http");
    assertFailure("not_configured", "broadcasty.client.via is http", "broadcasty.client.url");
    System.setProperty(Configuration.VIA, "local");
    assertFailure("not_configured", "broadcasty.local.tenant");
    System.setProperty(Configuration.VIA, "pigeon");
    assertFailure("not_configured", "auto, local, http or outbox");
  }

  @Test
  void credentialsAreOneOfTwo() {
    System.setProperty(Configuration.URL, "http://localhost:1");
    assertFailure("not_configured", "broadcasty.client.token", "broadcasty.client.secret");
    System.setProperty(Configuration.SECRET, "no secret");
    assertFailure("not_configured", "bk_");
    System.setProperty(Configuration.URL, "localhost");
    assertFailure("not_configured", "https://host");
  }

  @Test
  void theConfiguredAddressIsUsedWhenThereIsNoBroadcastyOnThisServer() {
    useServer();
    assertEquals(
        5,
        publisher
            .publish("a", "{\"b\":1}", PublishOptions.NONE.withId("1").withHeader("h", "x"))
            .toCompletableFuture()
            .join()
            .position()
            .get()
            .sequence());
    assertEquals(1, requests.size());
    assertTrue(requests.get(0).startsWith("Bearer t0 [{"), requests.toString());
    for (String part : List.of("\"id\":\"1\"", "\"payload\":{\"b\":1}", "\"h\":\"x\"")) {
      assertTrue(requests.get(0).contains(part), requests.toString());
    }
  }

  @Test
  void wrongCredentialsAreNamed() {
    useServer();
    status = 401;
    answer = "{\"code\":\"unauthorized\",\"status\":401,\"detail\":\"the token has no key\"}";
    assertFailure("unauthorized", "broadcasty.client.token", "the token has no key");
    status = 200;
    answer = "[{\"error\":{\"code\":\"forbidden\",\"status\":403,\"detail\":\"no role\"}}]";
    assertFailure("forbidden", "roles", "no role");
  }

  @Test
  void broadcastyOnThisServerComesFirstAndIsFoundWheneverItComes() throws JMException {
    useServer();
    publisher.publish("a", 1).toCompletableFuture().join();
    PublicationRecorder broadcasty = new PublicationRecorder();
    broadcasty.open();
    try {
      publisher.publish("a", 2).toCompletableFuture().join();
      System.setProperty(Configuration.VIA, "http");
      publisher.publish("a", 3).toCompletableFuture().join();
    } finally {
      broadcasty.close();
    }
    System.clearProperty(Configuration.VIA);
    publisher.publish("a", 4).toCompletableFuture().join();
    assertEquals(List.of("2"), broadcasty.publications().stream().map(p -> p.json()).toList());
    assertEquals(3, requests.size());
  }

  @Test
  void aStoppedApplicationPublishesNothing() {
    useServer();
    Transports transports = new Transports();
    transports.close();
    assertThrows(PublishException.class, transports::next);
  }
}
