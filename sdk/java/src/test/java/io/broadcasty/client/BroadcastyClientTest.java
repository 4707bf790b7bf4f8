package io.broadcasty.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BroadcastyClientTest {

  record Order(int number, String state) {}

  private static final String PUBLISHED =
      "{\"id\":\"o-17\",\"channel\":\"orders.eu\",\"partition\":0,\"sequence\":42,\"epoch\":\"e\","
          + "\"duplicate\":false}";

  private FakeServer server;
  private BroadcastyClient client;

  @BeforeEach
  void start() throws IOException {
    server = new FakeServer();
    client = BroadcastyClient.builder(server.address()).token("secret").build();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void publishesARecord() throws Exception {
    server.answer(200, PUBLISHED);

    PublishResult result = client.publish("orders.eu", new Order(17, "PAID"));

    assertEquals(
        new PublishResult("o-17", "orders.eu", Optional.of(new Position("e", 0, 42)), false, false),
        result);
    FakeServer.Request request = server.request();
    assertEquals("POST /broadcasty/publish", request.method() + " " + request.target());
    assertEquals("Bearer secret", request.headers().get("authorization"));
    assertEquals("application/json", request.headers().get("content-type"));
    assertEquals(
        "{\"number\":17,\"state\":\"PAID\"}",
        Json.parse(request.body()).get("payload").orElseThrow().text());
  }

  @Test
  void repeatsAPublicationUntilItIsTakenUnderTheSameId() throws Exception {
    server.answer(503, "{\"code\":\"unavailable\",\"status\":503,\"retryAfter\":0}");
    server.breakOff();
    server.answer(429, "slow down", "Content-Type", "text/plain", "Retry-After", "0");
    server.answer(202, "{\"id\":\"x\",\"channel\":\"orders.eu\",\"queued\":true}");

    PublishResult result = client.publish("orders.eu", 1);

    assertTrue(result.queued());
    assertEquals(Optional.empty(), result.position());
    String first = server.request().body();
    for (int i = 0; i < 3; i++) {
      assertEquals(first, server.request().body());
    }
    assertTrue(server.isIdle());
  }

  @Test
  void aRefusalIsNotRepeated() throws Exception {
    server.answer(
        403,
        "{\"code\":\"forbidden\",\"status\":403,\"title\":\"t\",\"detail\":\"not on orders.eu\"}",
        "Content-Type",
        "application/problem+json");

    BroadcastyException failure =
        assertThrows(BroadcastyException.class, () -> client.publish("orders.eu", 1));

    assertEquals("forbidden", failure.code());
    assertEquals(403, failure.status());
    assertEquals("forbidden: not on orders.eu", failure.getMessage());
    assertFalse(failure.isTemporary());
  }

  @Test
  void anAnswerOfAProxyIsTold() {
    server.answer(404, "<html>nginx</html>", "Content-Type", "text/html");

    BroadcastyException failure =
        assertThrows(BroadcastyException.class, () -> client.publish("orders.eu", 1));

    assertEquals(BroadcastyException.UNEXPECTED, failure.code());
    assertTrue(failure.getMessage().contains("does a proxy answer?"), failure.getMessage());
  }

  @Test
  void givesUpWhenItsPatienceIsOver() throws Exception {
    server.close();
    try (BroadcastyClient impatient =
        BroadcastyClient.builder(server.address())
            .token("secret")
            .patience(Duration.ofMillis(300))
            .build()) {

      BroadcastyException failure =
          assertThrows(BroadcastyException.class, () -> impatient.publish("orders.eu", 1));

      assertEquals(BroadcastyException.UNREACHABLE, failure.code());
      assertTrue(failure.getMessage().contains(server.address()), failure.getMessage());
    }
  }

  @Test
  void aPayloadThatCannotBeWrittenIsNotSent() {
    assertThrows(JsonException.class, () -> client.publish("orders.eu", new Object()));
    assertThrows(JsonException.class, () -> Message.to("o").json("{\"a\":}"));
    assertTrue(server.isIdle());
  }

  @Test
  void batchesAreSplitAndKeepTheirOrder() throws Exception {
    server.answer(200, "[" + (PUBLISHED + ",").repeat(99) + PUBLISHED + "]");
    server.answer(200, "[{\"error\":{\"code\":\"forbidden\",\"status\":403,\"detail\":\"no\"}}]");
    List<Message> messages =
        IntStream.range(0, 101).mapToObj(i -> Message.to("o").payload(i).build()).toList();

    List<BatchResult> results = client.publishAll(messages);

    assertEquals(101, results.size());
    assertEquals(42, results.get(99).get().position().orElseThrow().sequence());
    assertEquals(
        "forbidden", assertThrows(BroadcastyException.class, () -> results.get(100).get()).code());
    List<Json> sent = Json.parse(server.request().body()).items();
    assertEquals(100, sent.size());
    assertEquals(99, sent.get(99).get("payload").orElseThrow().asLong());
    assertEquals(1, Json.parse(server.request().body()).items().size());
  }

  @Test
  void aReplayReadsPageAfterPage() throws Exception {
    server.answer(200, page("[" + publication(1) + "," + publication(2) + "]", "3", "null"));
    server.answer(200, page("[" + publication(3) + "]", "null", "null"));

    List<String> payloads =
        client.replay("a b").from(1).limit(2).all().map(p -> p.payload().text()).toList();

    assertEquals(List.of("{\"n\": 1}", "{\"n\": 2}", "{\"n\": 3}"), payloads);
    assertEquals("/broadcasty/replay?channel=a%20b&from=1&limit=2", server.request().target());
    assertEquals(
        "/broadcasty/replay?channel=a%20b&from=3&limit=2&epoch=e", server.request().target());
  }

  @Test
  void aReplayThatLosesPublicationsFails() {
    String lost =
        "{\"reason\":\"trimmed\",\"requested\":{\"epoch\":\"e\",\"partition\":0,\"sequence\":3},"
            + "\"resumeFrom\":{\"epoch\":\"e\",\"partition\":0,\"sequence\":9}}";
    server.answer(200, page("[" + publication(1) + "]", "3", lost));
    server.answer(200, page("[" + publication(10) + "]", "null", lost));

    BroadcastyException failure =
        assertThrows(BroadcastyException.class, () -> client.replay("o").all().toList());

    assertEquals("position_lost", failure.code());
  }

  @Test
  void theTokenIsAskedForEachAttempt() throws Exception {
    int[] count = {0};
    try (BroadcastyClient refreshing =
        BroadcastyClient.builder(server.address()).token(() -> "t" + ++count[0]).build()) {
      server.answer(503, "", "Retry-After", "0");
      server.answer(204, "");

      refreshing.admin().get("/nodes");

      assertEquals("Bearer t1", server.request().headers().get("authorization"));
      assertEquals("Bearer t2", server.request().headers().get("authorization"));
    }
  }

  @Test
  void aChangeOfAnAdministratorIsSentOnce() throws Exception {
    server.breakOff();

    BroadcastyException failure =
        assertThrows(
            BroadcastyException.class,
            () -> client.admin().post("/keys", Map.of("name", "orders")));

    assertEquals(BroadcastyException.UNREACHABLE, failure.code());
    assertEquals("/broadcasty/admin/keys", server.request().target());
    assertTrue(server.isIdle());
  }

  @Test
  void membersAndNotificationsAreWritten() throws Exception {
    server.answer(200, "{\"channel\":\"presence-r\",\"member\":{\"id\":\"ann\"},\"ttl\":30}");
    server.answer(202, "{\"id\":\"n-1\",\"devices\":2,\"duplicate\":false}");

    Presence.Lease lease = client.presence("presence-r").join("ann", Map.of("name", "Ann"));
    Push.Sent sent =
        client
            .push()
            .send(
                "n-1",
                Push.Recipients.users("ann").and(Push.Recipients.topics("news")),
                Map.of("title", "Paid"));

    assertEquals(new Presence.Lease("ann", 30), lease);
    assertEquals(new Push.Sent("n-1", 2, false), sent);
    assertEquals(
        Map.of("channel", "presence-r", "member", Map.of("id", "ann", "name", "Ann")),
        Json.parse(server.request().body()).toJava());
    assertEquals(
        Map.of(
            "id", "n-1",
            "to", Map.of("users", List.of("ann"), "topics", List.of("news")),
            "notification", Map.of("title", "Paid")),
        Json.parse(server.request().body()).toJava());
  }

  @Test
  void aContextRootIsKept() throws Exception {
    server.answer(204, "");
    try (BroadcastyClient below =
        BroadcastyClient.builder(server.address() + "/realtime/").token("t").build()) {
      below.admin().delete("/keys/" + Admin.segment("a/b"));
    }
    assertEquals("/realtime/broadcasty/admin/keys/a%2Fb", server.request().target());
  }

  @Test
  void wrongSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> BroadcastyClient.builder("localhost:8080"));
    assertThrows(IllegalArgumentException.class, () -> BroadcastyClient.builder("ftp://host"));
    assertThrows(
        IllegalStateException.class, () -> BroadcastyClient.builder("http://host").build());
    assertThrows(IllegalArgumentException.class, () -> Credentials.apiKey("secret"));
  }

  private static String page(String publications, String next, String lost) {
    return "{\"channel\":\"o\",\"partition\":0,\"epoch\":\"e\",\"first\":1,\"head\":3,\"lost\":%s,"
            .formatted(lost)
        + "\"publications\":%s,\"next\":%s}".formatted(publications, next);
  }

  private static String publication(long sequence) {
    return "{\"channel\":\"o\",\"partition\":0,\"sequence\":%d,\"epoch\":\"e\",\"id\":\"i\","
            .formatted(sequence)
        + "\"payload\":{\"n\": %d},\"time\":0}".formatted(sequence);
  }
}
