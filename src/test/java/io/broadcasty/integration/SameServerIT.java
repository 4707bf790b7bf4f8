package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that an application of the same server publishes what its transactions commit. */
class SameServerIT {

  private static final int THREADS = 8;
  private static final int TRANSACTIONS = 50;
  private static final int ORDERS = 4;
  private static final int LAST = 999_999;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  @Test
  void subscribersSeeExactlyWhatWasCommitted() throws Exception {
    Ports ports = Ports.free();
    ServerKind kind = ServerKind.current();
    ProcessBuilder builder =
        kind.process(home, Path.of(System.getProperty("broadcasty.war")), ports);
    kind.addApplication(home, builder, OrderDeskWar.build(home.resolve("order-desk")));
    Map<String, String> settings =
        Map.of(
            "BROADCASTY_LIMITS_ENABLED", "false",
            "BROADCASTY_LOCAL_SUBJECT", "order-desk",
            "BROADCASTY_PUBLISH_SENDER", "true",
            "BROADCASTY_CLIENT_VIA", "local"); // there is no HTTP between the two
    try (ServerProcess server = ServerProcess.start(home, ports, settings, builder)) {
      Api api = server.awaitReady();
      Api.await(
          "the order desk",
          Duration.ofMinutes(1),
          Duration.ofMillis(100),
          () -> api.get("/order-desk/", "").statusCode() == 200);
      Set<Integer> committed = placeOrders(api);
      assertEquals(204, place(api, List.of(LAST)));
      assertEquals(committed, ordersOn("orders.eu", api));
      assertEquals(committed, ordersOn("order-log", api));
      assertFalse(server.log().contains("Not published"), server::log);
    }
  }

  private static int place(Api api, List<Integer> numbers) {
    String list = numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    HttpRequest request =
        api.request("/order-desk/orders?region=eu&numbers=" + list, "")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    return api.send(request).statusCode();
  }

  /** Places orders in transactions of several threads, of which a tenth is rolled back. */
  private static Set<Integer> placeOrders(Api api) throws Exception {
    Set<Integer> committed = new ConcurrentSkipListSet<>();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = 1 + thread * TRANSACTIONS * ORDERS;
        done.add(threads.submit(() -> placeOrders(api, first, committed)));
      }
      for (Future<?> each : done) {
        Object unused = each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(THREADS * TRANSACTIONS * ORDERS * 9 / 10, committed.size());
    return committed;
  }

  private static void placeOrders(Api api, int first, Set<Integer> committed) {
    for (int i = 0; i < TRANSACTIONS; i++) {
      int from = first + i * ORDERS;
      List<Integer> numbers = IntStream.range(from, from + ORDERS).boxed().toList();
      if (i % 10 == 9) {
        List<Integer> refused = new ArrayList<>(numbers);
        refused.add(0);
        assertEquals(409, place(api, refused));
      } else {
        assertEquals(204, place(api, numbers));
        committed.addAll(numbers);
      }
    }
  }

  /** Returns the numbers on a channel up to the last, each once, in the order of each customer. */
  private static Set<Integer> ordersOn(String channel, Api api) throws Exception {
    Set<Integer> seen = new TreeSet<>();
    try (SseStream stream =
        SseStream.open(
            api.request("/broadcasty/sse?fromSequence=0&channel=" + channel, api.tokens.guest())
                .build(),
            api)) {
      assertEquals("subscribed", stream.next().kind());
      for (int sequence = 1; ; sequence++) {
        Stream.Event event = stream.next();
        assertEquals(sequence, event.sequence(), event.json());
        assertEquals("order-desk", event.field("sender"));
        int number = Integer.parseInt(event.field("number"));
        if (number == LAST) {
          return seen;
        }
        assertTrue(seen.add(number), () -> number + " twice");
        // the orders of one transaction come in their order
        assertTrue((number - 1) % ORDERS == 0 || seen.contains(number - 1), event.json());
      }
    }
  }
}
