package io.broadcasty.server.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that readiness is announced when clients reach the server, and not when it starts. */
class ReadinessWaitTest {

  private final ManualTime time = new ManualTime();
  private final AtomicInteger requests = new AtomicInteger();
  private final List<Integer> announced = new ArrayList<>();
  private HttpServer server;
  private URL ping;
  private ReadinessWait wait;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    ping = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/ping").toURL();
    wait = new ReadinessWait(ping, Duration.ZERO, time);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** Answers as Payara Micro does while it starts an application, one status after the other. */
  private void answer(Runnable before, Integer... statuses) {
    server.createContext(
        "/ping",
        exchange -> {
          before.run();
          int request = requests.getAndIncrement();
          exchange.sendResponseHeaders(statuses[Math.min(request, statuses.length - 1)], -1);
          exchange.close();
        });
  }

  @Test
  void announcesAfterTheFirstAnswerOfBroadcasty() {
    answer(() -> {}, 404, 503, 500, 204);
    wait.await(() -> announced.add(requests.get()));
    assertEquals(List.of(4), announced);
  }

  @Test
  void announcesAfterTheLimitWhereItsAddressIsAnotherOne() {
    answer(() -> time.advance(Duration.ofSeconds(7)), 404);
    wait.await(() -> announced.add(requests.get()));
    assertEquals(List.of(3), announced);
  }

  @Test
  void announcesAfterTheLimitWhereNobodyListens() {
    server.stop(0);
    AtomicLong nanos = new AtomicLong();
    Ticker fast = () -> nanos.getAndAdd(Duration.ofSeconds(7).toNanos());
    new ReadinessWait(ping, Duration.ZERO, fast).await(() -> announced.add((int) nanos.get()));
    assertEquals(1, announced.size());
  }

  @Test
  void announcesNothingWhenTheServerStops() {
    answer(wait::end, 404);
    wait.await(() -> announced.add(0));
    assertTrue(announced.isEmpty());
  }
}
