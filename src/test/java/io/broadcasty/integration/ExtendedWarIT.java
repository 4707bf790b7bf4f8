package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/**
 * Tests a WAR with classes of its own: a policy that is replaced by a CDI bean, and Netty and
 * Bouncy Castle beside the server's own versions.
 */
class ExtendedWarIT extends ServerTestBase {

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.EXTENDED.archive();
  }

  @Test
  void theBeanDecides() {
    String guest = api.tokens.guest();
    String open = "{\"channel\":\"open.a\",\"payload\":1}";
    assertEquals(200, api.post("/broadcasty/publish", guest, open).statusCode());
    String closed = "{\"channel\":\"closed.a\",\"payload\":1}";
    assertEquals(403, api.post("/broadcasty/publish", guest, closed).statusCode());
    assertEquals(403, api.get("/broadcasty/replay?channel=closed.a", guest).statusCode());
  }

  @Test
  void partitionsKeepTheirOwnOrderAndResumeTogether() {
    String channel = Api.freshChannel("wide.");
    Map<String, Long> published = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      HttpResponse<String> answer =
          api.publish(
              "{\"channel\":\"%s\",\"payload\":%d,\"partitionKey\":\"customer-%d\"}"
                  .formatted(channel, i, i % 12));
      Stream.Event position = new Stream.Event("answer", answer.body(), null);
      published.merge(position.field("partition"), 1L, Long::sum);
    }
    assertTrue(published.size() > 1, published.toString());

    Map<String, Long> received = new HashMap<>();
    String cursor = "";
    for (int round = 0; round < 3; round++) {
      String start = cursor.isEmpty() ? "&fromSequence=0" : "&lastEventId=" + cursor;
      var request =
          api.request(
                  "/broadcasty/sse?channel=" + channel + start.replace("|", "%7C"),
                  api.tokens.guest())
              .build();
      try (SseStream stream = SseStream.open(request, api)) {
        assertEquals("subscribed", stream.next().kind());
        for (int i = 0; i < 20; i++) {
          Stream.Event event = stream.next();
          long expected = received.getOrDefault(event.field("partition"), 0L) + 1;
          assertEquals(expected, event.sequence());
          received.put(event.field("partition"), expected);
          cursor = String.valueOf(event.cursor());
        }
      }
    }
    assertEquals(published, received);
  }

  @Test
  void thePushProvidersSendFromWithinTheServer() {
    assertEquals(
        "apns accepted, webpush the service cannot be connected to",
        api.get("/probe/push", api.tokens.guest()).body());
  }

  @Test
  void theServersRegistryShowsTheMetersToo() {
    HttpResponse<String> server = api.get("/metrics", "");
    if (!ServerKind.current().hasMicroProfileMetrics()) {
      assertEquals(404, server.statusCode(), "it has some now; say so in ServerKind");
      return;
    }
    assertEquals(200, server.statusCode(), server.body());
    for (String sample : Scrape.of(api).samples().keySet()) {
      String name = sample.replaceAll("\\{.*", "");
      assertTrue(server.body().contains(name), () -> name + " is not in " + server.body());
    }
  }
}
