package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** Tests the meters in the server's own registry, when a setting asks for them. */
class ServerMetricsIT extends ServerTestBase {

  @Deployment(testable = false)
  static WebArchive war() {
    return builtWar("broadcasty.metrics.server=true");
  }

  @Test
  void theServersRegistryShowsThemToo() {
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
