package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.TransportType;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** Tests disconnects of event streams, and of WebSockets of Broadcasty's own engine. */
class DisconnectDetectionIT extends DisconnectDetectionContract {

  private static final String WATCHED = "broadcasty_streams_watched";
  private static final Duration AT_ONCE = Duration.ofSeconds(2);

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.EXTENDED.archive();
  }

  @Test
  void detectsTheEndOfAnEventStreamAtOnce() throws IOException {
    allAreNoticed(TransportType.SSE);
    Api.await("nothing to be watched", () -> watched() == 0);
  }

  @Test
  void aHalfClosedClientIsDisconnectedAndGetsTheEnd() throws IOException {
    try (RawSocket client = RawSocket.eventStream(api, api.tokens.guest(), "gone")) {
      Api.await("the watch", () -> watched() == 1);
      client.closeOutput();
      awaitConnections(TransportType.SSE, 0, AT_ONCE);
      String rest = client.readToTheEnd();
      assertTrue(rest.endsWith("0\r\n\r\n"), rest);
    }
  }

  @Test
  void detectsADisconnectBeforeTheStreamBegins() throws IOException {
    try (RawSocket client = new RawSocket(api)) {
      client.sendGet("/broadcasty/sse?channel=gone", api.tokens.guest());
      client.closeOutput();
      client.readToTheEnd();
      awaitConnections(TransportType.SSE, 0, AT_ONCE);
    }
  }

  @Test
  void requestsOnTheSameConnectionWaitForTheEndOfTheStream() throws IOException {
    String channel = Api.freshChannel("gone.");
    try (RawSocket client = RawSocket.eventStream(api, api.tokens.guest(), channel)) {
      Api.await("the watch", () -> watched() == 1);
      client.sendGet("/broadcasty/ping", "");
      Api.await("the bytes to be seen", () -> watched() == 0);
      for (int i = 1; i <= 3; i++) {
        api.publishNumbers(channel, i, i);
        client.readUntil("\"sequence\":" + i);
      }
      endStreams();
      String end = client.readUntil("HTTP/1.1 204");
      assertTrue(end.contains("0\r\n\r\nHTTP/1.1 204"), end);
      assertTrue(end.contains("disconnected"), end);
    }
  }

  @Test
  void watchesASecondStreamOnAKeptConnection() throws IOException {
    try (RawSocket client = RawSocket.eventStream(api, api.tokens.guest(), "gone")) {
      for (int i = 0; i < 5; i++) {
        endStreams();
        client.readUntil("0\r\n\r\n");
        client.sendGet("/broadcasty/sse?channel=gone", api.tokens.guest());
        client.readUntil("event: subscribed");
        Api.await("the watch", () -> watched() == 1);
      }
      awaitConnections(TransportType.SSE, 1, AT_ONCE);
      client.reset();
      awaitConnections(TransportType.SSE, 0, AT_ONCE);
    }
  }

  @Test
  void streamsOfConnectedClientsContinue() throws IOException {
    String channel = Api.freshChannel("gone.");
    try (Stream there =
            SseStream.open(
                api.request("/broadcasty/sse?channel=" + channel, api.tokens.guest()).build(),
                api);
        RawSocket leaving = RawSocket.eventStream(api, api.tokens.guest(), channel)) {
      assertEquals("subscribed", there.next().kind());
      leaving.reset();
      awaitConnections(TransportType.SSE, 1, AT_ONCE);
      for (int i : List.of(1, 2, 3)) {
        api.publishNumbers(channel, i, i);
        assertEquals(i, there.next().sequence());
      }
    }
  }

  private double watched() {
    return Scrape.of(api).value(WATCHED);
  }

  private void endStreams() {
    HttpResponse<String> answer =
        api.post("/broadcasty/admin/disconnect", api.tokens.admin(), "{\"user\":\"carol\"}");
    assertEquals(202, answer.statusCode(), answer.body());
  }
}
