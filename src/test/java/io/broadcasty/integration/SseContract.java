package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.TransportType;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The contract of an event stream, whatever output writes it. */
abstract class SseContract extends TransportContract {

  @Override
  protected TransportType transport() {
    return TransportType.SSE;
  }

  @Override
  protected Stream open(String token, List<String> channels, long fromSequence) {
    String from = fromSequence < 0 ? "" : "&fromSequence=" + fromSequence;
    return SseStream.open(request(token, channels, from).build(), api);
  }

  @Override
  protected Stream resume(String token, List<String> channels, List<Stream.Event> seenSoFar) {
    String cursor = Objects.requireNonNull(seenSoFar.get(seenSoFar.size() - 1).cursor());
    return SseStream.open(
        request(token, channels, "").header("Last-Event-ID", cursor).build(), api);
  }

  @Override
  protected String refusal(String token, String channel) {
    HttpResponse<String> answer =
        api.get(
            "/broadcasty/sse?channel=" + URLEncoder.encode(channel, StandardCharsets.UTF_8), token);
    assertEquals(
        "application/problem+json", answer.headers().firstValue("Content-Type").orElse(""));
    return new Stream.Event("error", answer.body(), null).field("code");
  }

  @Test
  void otherTextsOfATokenAreRefused() {
    String token = api.tokens.guest();
    String path = "/broadcasty/sse?channel=a&access_token=";
    for (String text : List.of(token + "=", token + "%20", "%0A" + token, token + "*")) {
      assertEquals(401, api.get(path + text, "").statusCode(), text);
    }
    assertEquals("unauthorized", refusal(token + "=", "a"));
  }

  @Test
  void aStreamIsLeftOutByItsSessionAndMovesOn() {
    String channel = Api.freshChannel("others.");
    String body = "{\"channel\":\"%s\",\"payload\":1,\"toOthers\":\"%s\"}";
    try (Stream stream = open(api.tokens.guest(), List.of(channel), -1);
        Stream other = open(api.tokens.guest(), List.of(channel), -1)) {
      String session = stream.next().field("session");
      assertEquals("subscribed", other.next().kind());
      assertEquals(200, api.publish(body.formatted(channel, session)).statusCode());
      api.publishNumbers(channel, 2, 2);
      Stream.Event skipped = stream.next();
      assertEquals("skipped", skipped.kind(), skipped.json());
      assertEquals(1, skipped.sequence());
      assertEquals(2, stream.next().sequence());
      Stream.Event delivered = other.next();
      assertEquals("publication", delivered.kind());
      assertEquals(skipped.cursor(), delivered.cursor());
    }
  }

  @Test
  void version2IsAskedForInTheQuery() {
    String channel = Api.freshChannel("compact.");
    try (Stream stream =
        SseStream.open(
            request(api.tokens.guest(), List.of(channel), "&protocol=v2&include=time").build(),
            api)) {
      assertTrue(stream.next().json().contains("\"number\":"));
      api.publishNumbers(channel, 7, 7);
      String publication = stream.next().json();
      assertTrue(publication.matches("\\{\"c\":\\d+,\"s\":1,\"d\":7,\"t\":\\d+}"), publication);
    }
    for (String wrong : List.of("&protocol=v3", "&protocol=v2&include=all")) {
      HttpResponse<String> answer =
          api.get("/broadcasty/sse?channel=" + channel + wrong, api.tokens.guest());
      assertEquals(400, answer.statusCode(), wrong);
      assertEquals("invalid_request", new Stream.Event("error", answer.body(), null).field("code"));
    }
  }

  @Test
  void theResponseIsNeitherStoredNorBuffered() {
    String channel = Api.freshChannel("headers.");
    try (SseStream stream = (SseStream) subscribed(api.tokens.guest(), List.of(channel), -1)) {
      var headers = stream.response().headers();
      assertEquals("no-store", headers.firstValue("Cache-Control").orElse(""));
      assertEquals("no", headers.firstValue("X-Accel-Buffering").orElse(""));
      assertTrue(headers.firstValue("Content-Type").orElse("").startsWith("text/event-stream"));
      Api.await("two heartbeats", () -> stream.comments() >= 2);
    }
  }

  @Test
  void sendsTheRetryDelayFirst() throws IOException {
    try (RawSocket client = new RawSocket(api)) {
      client.sendGet("/broadcasty/sse?channel=" + Api.freshChannel("retry."), api.tokens.guest());
      String head = client.readUntil("event: subscribed");
      assertTrue(head.contains("retry: 1000\n\n"), head);
    }
  }

  @Test
  void aTokenInTheQueryOpensAStreamButDoesNotPublish() {
    String channel = Api.freshChannel("query.");
    String query = "?channel=" + channel + "&access_token=" + api.tokens.guest();
    HttpRequest request = api.request("/broadcasty/sse" + query, "").build();
    try (SseStream stream = SseStream.open(request, api)) {
      assertEquals("subscribed", stream.next().kind());
    }
    HttpResponse<String> answer =
        api.post(
            "/broadcasty/publish?access_token=" + api.tokens.publisher(),
            "",
            "{\"channel\":\"a\",\"payload\":1}");
    assertEquals(401, answer.statusCode());
  }

  @Test
  void aTicketOpensOneStreamAndACookieAnyNumber() {
    String path = "/broadcasty/sse?channel=" + Api.freshChannel("ticket.");
    String url = path + "&ticket=" + api.ticket(api.tokens.guest());
    try (SseStream stream = SseStream.open(api.request(url, "").build(), api)) {
      assertEquals("subscribed", stream.next().kind());
    }
    assertEquals(401, api.get(url, "").statusCode());
    String cookie = api.cookie(api.tokens.guest());
    for (int i = 0; i < 2; i++) {
      HttpRequest request = api.request(path, "").header("Cookie", cookie).build();
      try (SseStream stream = SseStream.open(request, api)) {
        assertEquals("subscribed", stream.next().kind());
      }
    }
  }

  @Test
  void reportsAPositionOfAnotherEpoch() {
    String channel = Api.freshChannel("epoch.");
    api.publishNumbers(channel, 1, 3);
    HttpRequest request =
        request(api.tokens.guest(), List.of(channel), "")
            .header("Last-Event-ID", channel + "!otherepoch:0:2")
            .build();
    try (SseStream stream = SseStream.open(request, api)) {
      assertEquals("false", stream.next().field("recovered"));
      Stream.Event lost = stream.next();
      assertEquals("lost", lost.kind());
      assertEquals("epoch", lost.field("reason"));
      assertEquals(1, stream.next().sequence());
    }
  }

  @Test
  void aPatternWithoutChannelsResumesToo() {
    String prefix = Api.freshChannel("nobody.") + ".";
    List<String> pattern = List.of(prefix + "*");
    List<Stream.Event> seen;
    try (Stream stream = open(api.tokens.guest(), pattern, -1)) {
      seen = List.of(stream.next());
    }
    api.publishNumbers(prefix + "a", 1, 2);
    try (Stream stream = resume(api.tokens.guest(), pattern, seen)) {
      assertEquals("subscribed", stream.next().kind());
      assertEquals(1, stream.next().sequence());
      assertEquals(2, stream.next().sequence());
    }
  }

  @Test
  void aSlowClientIsClosedAndDoesNotDelayOthers() throws IOException {
    String channel = Api.freshChannel("slow.");
    String payload = "y".repeat(20_000);
    int count = 600;
    int eventLoops =
        Runtime.getRuntime().availableProcessors(); // as many as the server has event loops
    List<Stream> others = new ArrayList<>();
    try (RawSocket raw = new RawSocket(api)) {
      raw.write(
          ("GET /broadcasty/sse?channel="
                  + channel
                  + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                  + api.tokens.guest()
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      raw.readUntil("recovered");
      while (others.size() < eventLoops) { // so that one of them shares its event loop
        others.add(subscribed(api.tokens.guest(), List.of(channel), -1));
      }
      for (int i = 1; i <= count; i++) {
        String json = "{\"channel\":\"%s\",\"payload\":\"%s\"}".formatted(channel, payload);
        assertEquals(200, api.publish(json).statusCode());
        for (Stream other : others) {
          assertEquals(i, other.next().sequence());
        }
      }
      assertTrue(raw.isClosedByServer());
    } finally {
      others.forEach(Stream::close);
    }
    try (Stream stream = subscribed(api.tokens.guest(), List.of(channel), 1)) {
      for (int i = 1; i <= count; i++) {
        assertEquals(i, stream.next().sequence());
      }
    }
  }

  /** Returns whether the server exposes disconnects; otherwise heartbeats detect them. */
  protected abstract boolean watchesClients();

  @Test
  void releasesAStreamOfADisconnectedClient() throws IOException {
    String streams = "broadcasty_connections{transport=\"sse\"}";
    Api.await("no streams", () -> Scrape.of(api).value(streams) == 0);
    try (RawSocket client =
        RawSocket.eventStream(api, api.tokens.guest(), Api.freshChannel("gone."))) {
      if (watchesClients()) {
        Api.await("the watch", () -> Scrape.of(api).value("broadcasty_streams_watched") == 1);
      } else {
        assertEquals(0, Scrape.of(api).value("broadcasty_streams_watched"));
      }
      assertEquals(1, Scrape.of(api).value(streams));
      client.reset();
      Api.await("the stream to be given up", () -> Scrape.of(api).value(streams) == 0);
    }
  }

  /** A browser's EventSource would give up for good if it were refused. */
  @Test
  void streamsOnAfterAnIdOfAnotherServer() {
    String channel = Api.freshChannel("foreign.");
    api.publishNumbers(channel, 1, 2);
    HttpRequest request =
        request(api.tokens.guest(), List.of(channel), "").header("Last-Event-ID", "17").build();
    try (SseStream stream = SseStream.open(request, api)) {
      assertEquals("false", stream.next().field("recovered"));
      Stream.Event lost = stream.next();
      assertEquals("lost", lost.kind());
      assertEquals("epoch", lost.field("reason"));
      assertEquals(1, stream.next().sequence());
      assertEquals(2, stream.next().sequence());
    }
  }

  private HttpRequest.Builder request(String token, List<String> channels, String more) {
    String query = String.join("&", channels.stream().map(c -> "channel=" + c).toList());
    return api.request("/broadcasty/sse?" + query + more, token)
        .header("Accept", "text/event-stream")
        .timeout(Duration.ofSeconds(20))
        .GET();
  }
}
