package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.transport.container.StreamOutput;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The contract of every transport, as a client of a real server sees it. */
abstract class TransportContract extends ServerTestBase {

  /**
   * Opens a stream of channels.
   *
   * @param fromSequence the first sequence requested; negative for live only
   */
  protected abstract Stream open(String token, List<String> channels, long fromSequence);

  /** Opens the same stream again after the last event that its client has received. */
  protected abstract Stream resume(
      String token, List<String> channels, List<Stream.Event> seenSoFar);

  /** Returns the output that the server is expected to use for its streams. */
  protected abstract StreamOutput output();

  protected abstract TransportType transport();

  /** Returns the code with which the server refuses the subscription. */
  protected abstract String refusal(String token, String channel);

  @Test
  void metersCountTheOutputsOfStreams() {
    Scrape before = Scrape.of(api);
    try (Stream stream = subscribed(api.tokens.guest(), List.of(Api.freshChannel("out.")), -1)) {
      assertNotNull(stream);
      Scrape now = Scrape.of(api);
      for (StreamOutput each : StreamOutput.values()) {
        if (each.writes(transport())) {
          String sample =
              "broadcasty_stream_outputs_total{output=\"%s\",transport=\"%s\"}"
                  .formatted(each.label(), transport().wireName());
          assertEquals(
              each == output() ? 1 : 0, now.value(sample) - before.value(sample), each.label());
        }
      }
    }
  }

  @Test
  void liveEventsComeInOrder() {
    String channel = Api.freshChannel("live.");
    try (Stream stream = subscribed(api.tokens.guest(), List.of(channel), -1)) {
      api.publishNumbers(channel, 1, 50);
      for (int i = 1; i <= 50; i++) {
        Stream.Event event = stream.next();
        assertEquals("publication", event.kind());
        assertEquals(i, event.sequence());
        assertEquals(String.valueOf(i), event.field("payload"));
      }
    }
  }

  @Test
  void whatIsEphemeralArrivesWithoutAPositionAndIsNotReplayed() {
    String channel = Api.freshChannel("typing.");
    try (Stream stream = subscribed(api.tokens.guest(), List.of(channel), -1)) {
      String body = "{\"channel\":\"%s\",\"payload\":7,\"store\":false}".formatted(channel);
      HttpResponse<String> answer = api.publish(body);
      assertEquals(200, answer.statusCode(), answer.body());
      assertTrue(answer.body().contains("\"stored\":false"), answer.body());
      Stream.Event event = stream.next();
      assertEquals("ephemeral", event.kind(), event.json());
      assertEquals("7", event.field("payload"));
      assertFalse(event.json().contains("sequence"), event.json());
      api.publishNumbers(channel, 1, 1);
      assertEquals(1, stream.next().sequence());
    }
    try (Stream late = subscribed(api.tokens.guest(), List.of(channel), 0)) {
      assertEquals(1, late.next().sequence());
    }
  }

  @Test
  void replaysBeforeLiveEvents() {
    String channel = Api.freshChannel("past.");
    api.publishNumbers(channel, 1, 30);
    try (Stream stream = subscribed(api.tokens.guest(), List.of(channel), 11)) {
      api.publishNumbers(channel, 31, 40);
      for (int i = 11; i <= 40; i++) {
        assertEquals(i, stream.next().sequence());
      }
    }
  }

  @Test
  void aBrokenStreamResumesWithoutGapOrDuplicate() {
    List<String> channels = List.of(Api.freshChannel("cut.a."), Api.freshChannel("cut.b."));
    List<Stream.Event> seen = new ArrayList<>();
    Stream stream = open(api.tokens.guest(), channels, -1);
    for (int n = 0; n < channels.size(); n++) {
      Stream.Event subscribed = stream.next();
      assertEquals("subscribed", subscribed.kind());
      seen.add(subscribed);
    }
    int published = 0;
    for (int round = 0; round < 4; round++) {
      for (String channel : channels) {
        api.publishNumbers(channel, published + 1, published + 5);
      }
      published += 5;
      for (int i = 0; i < 7; i++) {
        seen.add(stream.next()); // leaves some unread, which are lost with the connection
      }
      stream.breakConnection();
      for (String channel : channels) {
        api.publishNumbers(channel, published + 1, published + 3);
      }
      published += 3;
      stream = resume(api.tokens.guest(), channels, seen);
      for (int n = 0; n < channels.size(); ) {
        Stream.Event event =
            stream.next(); // publications of a channel subscribed to earlier may arrive before
        if (event.kind().equals("subscribed")) {
          assertEquals("true", event.field("recovered"), event.json());
          n++;
        } else {
          seen.add(event);
        }
      }
    }
    Map<String, Long> last = new HashMap<>();
    while (seen.stream().filter(e -> e.kind().equals("publication")).count() < 2L * published) {
      seen.add(stream.next());
    }
    stream.close();
    for (Stream.Event event : seen) {
      if (event.kind().equals("publication")) {
        String channel = event.field("channel");
        assertEquals(last.getOrDefault(channel, 0L) + 1, event.sequence(), channel);
        last.put(channel, event.sequence());
      }
    }
  }

  @Test
  void aPatternIncludesLaterChannels() {
    String prefix = Api.freshChannel("pattern.") + ".";
    api.publishNumbers(prefix + "old", 1, 2);
    try (Stream stream = subscribed(api.tokens.guest(), List.of(prefix + "*"), -1)) {
      api.publishNumbers(prefix + "new", 1, 3);
      api.publishNumbers(prefix + "old", 3, 3);
      for (int i = 1; i <= 3; i++) {
        Stream.Event event = stream.next();
        assertEquals(prefix + "new", event.field("channel"));
        assertEquals(i, event.sequence());
      }
      assertEquals(3, stream.next().sequence());
    }
  }

  @Test
  void reportsAPositionAheadOfTheStream() {
    String channel = Api.freshChannel("ahead.");
    api.publishNumbers(channel, 1, 3);
    try (Stream stream = open(api.tokens.guest(), List.of(channel), 100)) {
      Stream.Event subscribed = stream.next();
      assertEquals("false", subscribed.field("recovered"));
      Stream.Event lost = stream.next();
      assertEquals("lost", lost.kind());
      assertEquals("ahead", lost.field("reason"));
      api.publishNumbers(channel, 4, 4);
      assertEquals(4, stream.next().sequence());
    }
  }

  @Test
  void refusesWhatThePolicyDenies() {
    assertEquals("forbidden", refusal(api.tokens.guest(), "private-orders"));
    assertEquals("forbidden", refusal(api.tokens.guest(), "private-*"));
    assertEquals("invalid_channel", refusal(api.tokens.guest(), "no spaces"));
  }

  @Test
  void separatesTenantsWithTheSameChannelName() {
    String channel = Api.freshChannel("tenants.");
    String other = api.tokens.token("other", "alice", Duration.ofMinutes(5), List.of("publisher"));
    try (Stream ours = subscribed(api.tokens.guest(), List.of(channel), -1);
        Stream theirs = subscribed(other, List.of(channel), -1)) {
      api.publishNumbers(channel, 1, 1);
      String foreign = "{\"channel\":\"" + channel + "\",\"payload\":\"theirs\"}";
      assertEquals(200, api.post("/broadcasty/publish", other, foreign).statusCode());
      api.publishNumbers(channel, 2, 2);
      assertEquals("1", ours.next().field("payload"));
      assertEquals("2", ours.next().field("payload"));
      assertEquals("theirs", theirs.next().field("payload"));
    }
  }

  @Test
  void aStreamEndsWithItsToken() {
    String channel = Api.freshChannel("expiry.");
    String token = api.tokens.token("demo", "dave", Duration.ofSeconds(3), List.of("member"));
    try (Stream stream = subscribed(token, List.of(channel), -1)) {
      Stream.Event event = stream.next();
      while (event.kind().equals("expiring")) {
        event = stream.next();
      }
      assertEquals("end", event.kind());
      assertEquals("token_expired", event.field("code"));
      Api.await("the end of the stream", stream::isEnded);
    }
  }

  @Test
  void manyPublishersAndJoinersLoseNothing() {
    String channel = Api.freshChannel("busy.");
    int publishers = 4;
    int each = 50;
    List<CompletableFuture<Void>> work = new ArrayList<>();
    for (int p = 0; p < publishers; p++) {
      work.add(CompletableFuture.runAsync(() -> api.publishNumbers(channel, 1, each)));
    }
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int r = 0; r < 8; r++) {
      readers.add(
          CompletableFuture.runAsync(
              () -> {
                try (Stream stream = subscribed(api.tokens.guest(), List.of(channel), 0)) {
                  for (int i = 1; i <= publishers * each; i++) {
                    assertEquals(i, stream.next().sequence());
                  }
                }
              }));
    }
    work.forEach(CompletableFuture::join);
    readers.forEach(CompletableFuture::join);
  }

  protected Stream subscribed(String token, List<String> channels, long fromSequence) {
    Stream stream = open(token, channels, fromSequence);
    for (int i = 0; i < channels.size(); i++) {
      Stream.Event event = stream.next();
      if (event.kind().equals("expiring")) { // a short token's notice comes at any moment
        event = stream.next();
      }
      assertEquals("subscribed", event.kind(), event.json());
      assertTrue(channels.contains(event.field("channel")));
    }
    return stream;
  }
}
