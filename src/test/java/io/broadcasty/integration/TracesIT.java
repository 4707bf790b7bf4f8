package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.observability.tracing.OtlpReceiver;
import io.broadcasty.observability.tracing.OtlpReceiver.Span;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests two nodes on one Redis that send traces to one collector, each by its server's
 * OpenTelemetry.
 */
class TracesIT {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PUBLISHER = "00f067aa0ba902b7";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  @Test
  void aPublicationHasOneTraceAcrossNodes() throws IOException {
    DevTokens.provideKey(home.resolve("data")); // both nodes share it
    DevTokens tokens = new DevTokens(home.resolve("data"));
    try (RedisServer redis = RedisServer.start();
        OtlpReceiver collector = OtlpReceiver.start();
        ServerProcess first = start("first", redis, collector);
        ServerProcess second = start("second", redis, collector)) {
      first.awaitReady();
      second.awaitReady();
      Api publishing = new Api(first.base(), tokens);
      Api delivering = new Api(second.base(), tokens);
      String channel = "private-traced.17";
      try (WsStream subscriber = WsStream.open(delivering, delivering.tokens.member())) {
        subscriber.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"}");
        assertEquals("subscribed", subscriber.next().kind());

        HttpResponse<String> answer =
            publishing.send(
                publishing
                    .request("/broadcasty/publish", publishing.tokens.publisher())
                    .header("Content-Type", "application/json")
                    .header("traceparent", "00-" + TRACE + "-" + PUBLISHER + "-01")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "{\"channel\":\"" + channel + "\",\"payload\":1,\"id\":\"traced\"}"))
                    .build());
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals("1", subscriber.next().field("payload"));
      }
      awaitTrace(collector);

      Span publish = span(collector, "publish private-*");
      assertEquals(PUBLISHER, publish.parentId());
      assertEquals(channel, publish.attributes().get("messaging.destination.name"));
      assertEquals("traced", publish.attributes().get("messaging.message.id"));
      assertEquals("demo", publish.attributes().get("broadcasty.tenant"));
      assertEquals("published", publish.attributes().get("broadcasty.outcome"));
      Span store = span(collector, "store");
      assertEquals(publish.spanId(), store.parentId());
      Span deliver = span(collector, "deliver private-*");
      assertEquals(PUBLISHER, deliver.parentId());
      assertEquals(List.of(TRACE + "-" + PUBLISHER), deliver.links());
      assertEquals("1", deliver.attributes().get("broadcasty.subscribers"));
      assertEquals("1", deliver.attributes().get("broadcasty.sequence"));
      assertNotEquals(
          publish.attributes().get("broadcasty.node"),
          deliver.attributes().get("broadcasty.node"),
          "it was delivered by another node");
      assertTrue(deliver.endNanos() >= publish.startNanos());
    }
  }

  private static void awaitTrace(OtlpReceiver collector) {
    List<String> wanted = List.of("publish private-*", "store", "deliver private-*");
    try {
      Api.await(
          "the whole trace",
          () -> collector.trace(TRACE).stream().map(Span::name).toList().containsAll(wanted));
    } catch (AssertionError e) {
      throw new AssertionError("what came: " + collector.spans(), e);
    }
  }

  private static Span span(OtlpReceiver collector, String name) {
    List<Span> found =
        collector.trace(TRACE).stream().filter(span -> span.name().equals(name)).toList();
    assertEquals(1, found.size(), () -> name + ": " + found);
    return found.get(0);
  }

  private ServerProcess start(String name, RedisServer redis, OtlpReceiver collector)
      throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("BROADCASTY_DATA_DIR", home.resolve("data").toString());
    settings.put("BROADCASTY_REPLAY_STORE", "redis");
    settings.put("BROADCASTY_REDIS_URL", redis.url());
    settings.put("BROADCASTY_TRACES_ENABLED", "true");
    settings.put("OTEL_SDK_DISABLED", "false");
    settings.put("OTEL_SERVICE_NAME", "broadcasty");
    settings.put("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
    settings.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    settings.put("OTEL_TRACES_EXPORTER", "otlp");
    settings.put("OTEL_METRICS_EXPORTER", "none");
    settings.put("OTEL_LOGS_EXPORTER", "none");
    settings.put("OTEL_BSP_SCHEDULE_DELAY", "200");
    return ServerProcess.start(Files.createDirectories(home.resolve(name)), Ports.free(), settings);
  }
}
