package io.broadcasty.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the client does with a real server. */
@Timeout(300)
final class RealServerIT {

  record Order(int number, String state) {}

  private static final Codec<Order> ORDERS = Codec.ofRecord(Order.class);

  private static RealServer server;
  private static BroadcastyClient alice;
  private static BroadcastyClient admin;

  @BeforeAll
  static void start() throws Exception {
    server =
        RealServer.start(
            Map.of(
                "BROADCASTY_REPLAY_STORE", "database",
                "BROADCASTY_JWT_SKEW", "0s",
                "BROADCASTY_MASTER_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
    alice = client(server.token("alice", 3600, "member", "publisher"));
    admin = client(server.token("root", 3600, "admin"));
  }

  @AfterAll
  static void stop() throws Exception {
    alice.close();
    admin.close();
    server.close();
  }

  private static BroadcastyClient client(String token) {
    return BroadcastyClient.builder(server.address()).token(token).build();
  }

  @Test
  void aPublicationIsDeliveredAndReplayed() throws Exception {
    BlockingQueue<Publication> received = new LinkedBlockingQueue<>();
    try (EventStream stream = alice.stream().channel("orders.*").open()) {
      stream.onPublication(received::add);
      await(() -> stream.state() == EventStream.State.LIVE);

      PublishResult result =
          alice.publish(
              Message.to("orders.eu")
                  .payload(new Order(17, "PAID"), ORDERS)
                  .event("paid")
                  .header("tag", "a")
                  .build());

      Publication publication = received.poll(20, TimeUnit.SECONDS);
      assertEquals(new Order(17, "PAID"), publication.payload(ORDERS));
      assertEquals("paid", publication.event().orElseThrow());
      assertEquals("a", publication.headers().get("tag"));
      assertEquals(result.position(), publication.position());
    }
    List<Publication> replayed = alice.replay("orders.eu").all().toList();
    assertEquals(new Order(17, "PAID"), replayed.get(0).payload(ORDERS));
  }

  @Test
  void batchesOfAnySizeAreReplayedPageByPage() {
    List<Message> messages =
        IntStream.range(0, 250).mapToObj(i -> Message.to("batch").payload(i).build()).toList();

    List<BatchResult> results = alice.publishAll(messages);

    assertEquals(250, results.size());
    assertEquals(250, results.get(249).get().position().orElseThrow().sequence());
    assertEquals(
        IntStream.range(0, 250).boxed().toList(),
        alice.replay("batch").limit(100).all().map(p -> (int) p.payload().asLong()).toList());
    assertTrue(alice.publishAll(messages).stream().allMatch(result -> result.get().duplicate()));
  }

  @Test
  void aStreamSurvivesTheDeathOfTheServer() throws Exception {
    BlockingQueue<Long> received = new LinkedBlockingQueue<>();
    BlockingQueue<StreamEvent> losses = new LinkedBlockingQueue<>();
    try (EventStream stream = alice.stream().channel("survivor").open()) {
      stream.onEvent(
          event -> {
            if (event instanceof Publication publication) {
              received.add(publication.payload().asLong());
            } else {
              losses.add(event);
            }
          },
          failure -> losses.add(new LostPosition(failure.toString(), "", null, null)));
      await(() -> stream.state() == EventStream.State.LIVE);
      List<Long> sent = new ArrayList<>();
      for (long i = 0; i < 200; i++) {
        if (i == 100) {
          server.kill();
          server.restart();
        }
        alice.publish("survivor", i);
        sent.add(i);
      }
      List<Long> seen = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        seen.add(present(received.poll(60, TimeUnit.SECONDS), losses));
      }
      assertEquals(sent, seen);
      assertTrue(losses.isEmpty(), losses::toString);
    }
  }

  @Test
  void aStreamOutlivesItsTokens() throws Exception {
    BlockingQueue<Long> received = new LinkedBlockingQueue<>();
    List<String> tokens = new CopyOnWriteArrayList<>();
    try (BroadcastyClient bob =
            BroadcastyClient.builder(server.address())
                .token(
                    () -> {
                      tokens.add(server.token("bob", 4, "member"));
                      return tokens.get(tokens.size() - 1);
                    })
                .build();
        EventStream stream = bob.stream().channel("tokens").open()) {
      stream.onPublication(publication -> received.add(publication.payload().asLong()));
      await(() -> stream.state() == EventStream.State.LIVE);
      for (long i = 0; tokens.size() < 4; i++) {
        alice.publish("tokens", i);
        assertEquals(i, received.poll(30, TimeUnit.SECONDS));
        Thread.sleep(100);
      }
    }
  }

  @Test
  void anApiKeySignsRequestsAndStreams() throws Exception {
    Json key =
        admin
            .admin()
            .post(
                "/keys",
                Map.of(
                    "name",
                    "orders",
                    "scopes",
                    List.of(
                        Map.of(
                            "channels",
                            "signed.*",
                            "operations",
                            List.of("publish", "subscribe")))));
    String secret = key.get("secret").orElseThrow().asString();
    BlockingQueue<Publication> received = new LinkedBlockingQueue<>();
    try (BroadcastyClient machine =
            BroadcastyClient.builder(server.address()).apiKey(secret).build();
        EventStream stream = machine.stream().channel("signed.a").open()) {
      stream.onPublication(received::add);
      await(() -> stream.state() == EventStream.State.LIVE);
      assertFalse(machine.publish("signed.a", Map.of("a", 1)).duplicate());
      assertEquals("{\"a\":1}", received.poll(20, TimeUnit.SECONDS).payload().text());
      assertEquals(1, machine.replay("signed.a").last(5).page().publications().size());
      BroadcastyException refused =
          assertThrows(BroadcastyException.class, () -> machine.publish("other", 1));
      assertEquals("forbidden", refused.code());
    }
  }

  @Test
  void membersJoinAndLeave() {
    Presence room = alice.presence("presence-room");

    Presence.Lease lease = room.join("alice", Map.of("name", "Alice"));

    assertTrue(lease.seconds() > 0);
    assertEquals("{\"id\":\"alice\",\"name\":\"Alice\"}", room.members().members().get(0).text());
    room.heartbeat("alice");
    room.leave("alice");
    assertEquals(0, room.members().count());
    assertEquals(
        "not_present", assertThrows(BroadcastyException.class, () -> room.leave("alice")).code());
  }

  @Test
  void whatIsForbiddenIsSaid() throws Exception {
    try (BroadcastyClient reader = client(server.token("bob", 3600, "guest"))) {
      assertEquals(
          "forbidden",
          assertThrows(BroadcastyException.class, () -> reader.publish("orders.eu", 1)).code());
      BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
      reader.stream().channel("private-of-others").open().onEvent(event -> {}, failures::add);
      assertEquals("forbidden", ((BroadcastyException) failures.poll(20, TimeUnit.SECONDS)).code());
    }
  }

  private static <T> T present(T found, Object otherwise) {
    if (found == null) {
      throw new AssertionError("it did not come in time; " + otherwise);
    }
    return found;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 3000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
    assertTrue(condition.getAsBoolean(), "it did not come true within 30 s");
  }
}
