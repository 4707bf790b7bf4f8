package io.broadcasty.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The meters as scrapers read them. */
class MetricsIT extends AsBuilt {

  private static final String PATH = "/broadcasty/metrics";

  @Test
  void administratorsAndScrapersReadThemAndNobodyElse() {
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
  void theyCountWhatHappens() {
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

  private static double grown(Scrape before, Scrape now, String sample) {
    return now.value(sample) - before.value(sample);
  }

  @Test
  void theServersOwnMetersShowThemToo() {
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
