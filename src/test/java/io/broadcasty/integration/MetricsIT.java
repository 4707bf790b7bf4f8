package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the meters as scrapers read them. */
class MetricsIT extends BuiltWarTestBase {

  private static final String PATH = "/broadcasty/metrics";

  @Test
  void onlyAdministratorsAndScrapersReadMeters() {
    assertEquals(401, api.get(PATH, "").statusCode());
    assertEquals(401, api.get(PATH, "nonsense").statusCode());
    HttpResponse<String> member = api.get(PATH, api.tokens.publisher());
    assertEquals(403, member.statusCode(), member.body());
    assertTrue(member.body().contains("admin"), member.body());
    HttpResponse<String> scraper = api.get(PATH, System.getenv("BROADCASTY_METRICS_TOKEN"));
    assertEquals(200, scraper.statusCode(), scraper.body());
    assertEquals(
        Scrape.of(api).samples().keySet(), Scrape.parse(scraper.body()).samples().keySet());
    assertEquals(
        401,
        api.get("/broadcasty/admin/nodes", System.getenv("BROADCASTY_METRICS_TOKEN")).statusCode(),
        "it opens nothing else");
  }

  @Test
  void metersCountEvents() {
    Scrape before = Scrape.of(api);
    String channel = Api.freshChannel("metrics.");
    try (Stream stream = WsStream.open(api, api.tokens.member())) {
      ((WsStream) stream)
          .send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"}");
      assertEquals("subscribed", stream.next().kind());
      api.publishNumbers(channel, 1, 3);
      for (int i = 1; i <= 3; i++) {
        assertEquals(i, stream.next().sequence());
      }
      Scrape now = Scrape.of(api);
      assertEquals(1, now.value("broadcasty_connections{transport=\"websocket\"}"));
      assertEquals(
          1, grown(before, now, "broadcasty_connections_opened_total{transport=\"websocket\"}"));
      assertEquals(3, grown(before, now, "broadcasty_publications_total{outcome=\"published\"}"));
      assertEquals(3, grown(before, now, "broadcasty_deliveries_total"));
    }
    assertEquals(1, before.value("broadcasty_store_available"));
    assertEquals(1, before.value("broadcasty_store_state{state=\"up\"}"));
    assertEquals(1, before.value("broadcasty_driver_active{provider=\"embedded\"}"));
    assertEquals(1, before.value("broadcasty_nodes"));
    Api.await(
        "the connection to be gone",
        () -> Scrape.of(api).value("broadcasty_connections{transport=\"websocket\"}") == 0);
  }

  @Test
  void countsAnswersByStatus() {
    Scrape before = Scrape.of(api);
    String channel = Api.freshChannel("metrics.");
    String body = "{\"channel\":\"" + channel + "\",\"payload\":1}";
    for (int i = 0; i < 3; i++) {
      int status = api.post("/broadcasty/publish", api.tokens.publisher(), body).statusCode();
      assertEquals(200, status);
    }
    assertEquals(400, api.post("/broadcasty/publish", api.tokens.publisher(), "{").statusCode());
    assertEquals(403, api.post("/broadcasty/publish", api.tokens.member(), body).statusCode());
    assertEquals(401, api.get("/broadcasty/presence/" + channel, "").statusCode());
    HttpRequest subscribe =
        api.request("/broadcasty/sse?channel=" + channel, api.tokens.member()).build();
    try (Stream sse = SseStream.open(subscribe, api);
        Stream webSocket = WsStream.open(api, api.tokens.member())) {
      assertEquals("subscribed", sse.next().kind());
      String webSocketIn = "broadcasty_received_bytes_total{transport=\"websocket\"}";
      String command = "{\"id\":1,\"command\":\"ping\"}";
      ((WsStream) webSocket).send(command);
      Api.await(
          "everything to be counted",
          () -> {
            Scrape now = Scrape.of(api);
            return grown(before, now, answers(2, 200)) >= 5 // 3, the stream, the previous scrape
                && grown(before, now, answers(1, 101)) == 1
                && grown(before, now, answers(4, 400)) == 1
                && grown(before, now, answers(4, 401)) == 1
                && grown(before, now, answers(4, 403)) == 1
                && grown(before, now, webSocketIn) == command.length();
          });
      Scrape now = Scrape.of(api);
      assertEquals(1, grown(before, now, "broadcasty_tokens_refused_total{reason=\"missing\"}"));
      assertEquals(1, grown(before, now, "broadcasty_denials_total{action=\"publish\"}"));
      assertEquals(1, now.value("broadcasty_subscriptions"));
      assertEquals(1, now.value("broadcasty_channels"));
      String durations = "broadcasty_publish_duration_seconds_count{outcome=\"published\"}";
      assertEquals(3, grown(before, now, durations));
      String received = "broadcasty_received_bytes_total{transport=\"http\"}";
      assertTrue(grown(before, now, received) >= 4 * body.length(), received);
    }
    String sent = "broadcasty_sent_bytes_total{transport=\"sse\"}";
    Api.await("what was sent to be counted", () -> grown(before, Scrape.of(api), sent) > 50);
  }

  @Test
  void countsDeniedAdministration() {
    Scrape before = Scrape.of(api);
    String member = api.tokens.member();
    for (String admin : List.of("nodes", "drivers")) {
      assertEquals(403, api.get("/broadcasty/admin/" + admin, member).statusCode());
    }
    assertEquals(403, api.get(PATH, member).statusCode());
    assertEquals(403, api.post("/broadcasty/admin/disconnect", member, "{}").statusCode());
    Scrape now = Scrape.of(api);
    assertEquals(4, grown(before, now, "broadcasty_denials_total{action=\"admin\"}"));
  }

  @Test
  void aChannelIsOccupiedOnceAndVacatedOnce() {
    Scrape before = Scrape.of(api);
    String channel = Api.freshChannel("metrics.");
    String occupied = "broadcasty_channel_events_total{event=\"occupied\"}";
    String vacated = "broadcasty_channel_events_total{event=\"vacated\"}";
    String subscribe = "{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"}";
    try (Stream one = WsStream.open(api, api.tokens.member());
        Stream two = WsStream.open(api, api.tokens.member())) {
      ((WsStream) one).send(subscribe);
      ((WsStream) two).send(subscribe);
      assertEquals("subscribed", one.next().kind());
      assertEquals("subscribed", two.next().kind());
      Api.await("its first", () -> grown(before, Scrape.of(api), occupied) == 1);
    }
    Api.await("its end", () -> grown(before, Scrape.of(api), vacated) >= 1);
    assertEquals(1, grown(before, Scrape.of(api), occupied));
  }

  private static String answers(int first, int status) {
    return "broadcasty_http_answers_total{class=\"%dxx\",code=\"%d\"}".formatted(first, status);
  }

  private static double grown(Scrape before, Scrape now, String sample) {
    return now.value(sample) - before.value(sample);
  }

  @Test
  void theServersRegistryDoesNotShowThemUnlessAsked() {
    HttpResponse<String> server = api.get("/metrics", "");
    assertEquals(
        ServerKind.current().hasMicroProfileMetrics() ? 200 : 404,
        server.statusCode(),
        server.body());
    for (String sample : Scrape.of(api).samples().keySet()) {
      String name = sample.replaceAll("\\{.*", "");
      assertFalse(server.body().contains(name), () -> name + " is in " + server.body());
    }
  }
}
