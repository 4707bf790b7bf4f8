package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.session.JsonTree;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.protocol.json.JsonEncoder;
import io.broadcasty.protocol.json.SkippedEncoder;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Tests the writers of server messages by the vectors. */
@NullUnmarked // a vector without a field is a broken vector
class ServerVectorsTest {

  /** The frame on a WebSocket, and the data of an SSE event; null when SSE has no such event. */
  private record Sent(String frame, String data) {}

  @TestFactory
  Stream<DynamicTest> frames() {
    return Vectors.each(
        "vectors/server-frames.json",
        "vectors",
        v -> {
          Sent sent = send((String) v.get("kind"), Vectors.object(v, "input"));
          assertEquals(v.get("frame"), Vectors.parse(sent.frame()));
          assertFalse(sent.frame().matches("(?s).*[\r\n].*"), "one line");
          assertEquals(v.containsKey("sse"), sent.data() != null);
          if (sent.data() != null) {
            assertEquals(Vectors.object(v, "sse").get("data"), Vectors.parse(sent.data()));
          }
        });
  }

  @Test
  void payloadAndMetaAreVerbatim() {
    String payload = "{ \"a\":1.50,\t\"b\":\"\\u00e9\\/\" }";
    String text = JsonWriter.publication(publication("o", payload, "[ ]"));
    assertTrue(text.contains("\"payload\":" + payload + ",\"meta\":[ ],"), text);
  }

  @Test
  void anErasedPublicationHasNoContent() {
    Publication publication = publication("o", "\"secret\"", "[ ]");
    Map<String, Object> erased = JsonTree.object(JsonWriter.publication(publication.erased()));
    assertEquals(true, erased.get("erased"));
    assertTrue(erased.containsKey("payload"));
    assertNull(erased.get("payload"));
    assertEquals(publication.envelope().id(), erased.get("id"));
    assertEquals(
        Set.of("channel", "partition", "sequence", "epoch", "id", "payload", "erased", "time"),
        erased.keySet());
  }

  @Test
  void aProblemDocumentFollowsRfc9457() {
    assertEquals(
        Vectors.parse(
            "{\"type\":\"/broadcasty/problems/rate_limited\",\"title\":\"Too many requests\","
                + "\"status\":429,\"code\":\"rate_limited\",\"detail\":\"d\",\"retryAfter\":2,"
                + "\"requestId\":\"r-1\"}"),
        Vectors.parse(
            JsonWriter.problemDocument(
                new Problem(Code.RATE_LIMITED, "d", Duration.ofMillis(1500)),
                "/broadcasty/problems/rate_limited",
                "r-1")));
  }

  private static Sent send(String kind, Map<String, Object> input) {
    String id = input.get("id") == null ? null : idText(input.get("id"));
    return switch (kind) {
      case "reply" ->
          new Sent(
              NativeFrames.reply(
                  id,
                  json -> {
                    for (var field : Vectors.object(input, "result").entrySet()) {
                      json.writeFieldName(field.getKey());
                      if (field.getValue() instanceof Long number) {
                        json.writeNumber(number);
                      } else {
                        json.writeString((String) field.getValue());
                      }
                    }
                  }),
              null);
      case "published" ->
          new Sent(
              NativeFrames.reply(
                  id,
                  json ->
                      JsonWriter.write(
                          json,
                          (String) input.get("publicationId"),
                          channel(input),
                          new AppendOutcome.Appended(
                              position(input), (Boolean) input.get("duplicate")))),
              null);
      case "error" -> new Sent(NativeFrames.error(id, problem(input)), null);
      case "subscribed" -> {
        JsonWriter.Body body = subscribed(input);
        yield new Sent(NativeFrames.reply(id, body), JsonWriter.object(body));
      }
      case "publication" -> {
        Publication publication = publication(input);
        yield new Sent(
            new EncodedPublication(publication, 1).encodedBy(JsonEncoder.INSTANCE).text(),
            JsonWriter.publication(publication));
      }
      case "ephemeral" -> {
        EncodedPublication publication = new EncodedPublication(publication(input), 1);
        yield new Sent(
            publication.encodedBy(JsonEncoder.INSTANCE).text(),
            JsonWriter.publication(publication.publication()));
      }
      case "announced" ->
          new Sent(
              NativeFrames.reply(
                  id,
                  json ->
                      JsonWriter.writeAnnounced(
                          json, (String) input.get("publicationId"), channel(input))),
              null);
      case "skipped" -> {
        Publication publication = publication(input);
        yield new Sent(
            new EncodedPublication(publication, 1).encodedBy(SkippedEncoder.INSTANCE).text(),
            JsonWriter.object(json -> JsonWriter.writePlace(json, publication)));
      }
      case "lost" -> {
        LostPosition lost =
            new LostPosition(
                LostPosition.Reason.valueOf(
                    ((String) input.get("reason")).toUpperCase(Locale.ROOT)),
                position(Vectors.object(input, "requested")),
                position(Vectors.object(input, "resumeFrom")));
        yield new Sent(
            NativeFrames.lost(channel(input), lost),
            JsonWriter.object(json -> JsonWriter.write(json, channel(input), lost)));
      }
      case "end" ->
          new Sent(
              NativeFrames.end(problem(input)),
              JsonWriter.object(json -> NativeFrames.writeEnd(json, problem(input))));
      case "expiring" ->
          new Sent(NativeFrames.expiring(Instant.ofEpochMilli((Long) input.get("expires"))), null);
      case "members" -> {
        JsonWriter.Body body = NativeFrames.members(channel(input), page(input));
        yield new Sent(NativeFrames.reply(id, body), null);
      }
      case "joined" ->
          new Sent(
              NativeFrames.reply(
                  id, NativeFrames.joined(channel(input), member((String) input.get("member")))),
              null);
      case "presence" -> {
        JsonWriter.Body body =
            NativeFrames.presence(
                new PresenceChange(
                    new TenantChannel(new TenantId("acme"), channel(input)),
                    (Long) input.get("version"),
                    members(input, "joined"),
                    Vectors.texts(input, "left")));
        yield new Sent(NativeFrames.presencePush(body), JsonWriter.object(body));
      }
      case "presence reset" -> {
        JsonWriter.Body body = NativeFrames.presenceReset(channel(input), page(input));
        yield new Sent(NativeFrames.presencePush(body), JsonWriter.object(body));
      }
      default -> throw new IllegalArgumentException("no such kind: " + kind);
    };
  }

  private static PresencePage page(Map<String, Object> input) {
    return new PresencePage(
        (Long) input.get("version"),
        Vectors.integer(input, "count"),
        members(input, "members"),
        (String) input.get("next"));
  }

  private static List<Member> members(Map<String, Object> input, String field) {
    return Vectors.texts(input, field).stream().map(ServerVectorsTest::member).toList();
  }

  private static Member member(String json) {
    return new Member("", json);
  }

  private static String idText(Object id) {
    return id instanceof String ? "\"" + id + "\"" : id.toString();
  }

  private static JsonWriter.Body subscribed(Map<String, Object> input) {
    String target = (String) input.get("channel");
    Map<ChannelName, List<Position>> heads = new TreeMap<>();
    for (Map<String, Object> head : Vectors.objects(input, "heads")) {
      heads.computeIfAbsent(channel(head), c -> new ArrayList<>()).add(position(head));
    }
    return NativeFrames.subscribed(
        target, ChannelPattern.isPattern(target), (Boolean) input.get("recovered"), heads);
  }

  private static Publication publication(Map<String, Object> input) {
    Envelope envelope =
        new Envelope(
            new TenantChannel(new TenantId("acme"), channel(input)),
            input.containsKey("partition") ? Vectors.integer(input, "partition") : 0,
            (String) input.get("id"),
            true,
            new Message(
                (String) input.get("payload"),
                (String) input.get("meta"),
                (String) input.get("event"),
                (String) input.get("correlationId"),
                (String) input.get("replyTo"),
                headers(input),
                new Origin((String) input.get("sender"), null)),
            !input.containsKey("sequence"));
    return new Publication(
        envelope, envelope.ephemeral() ? Position.NONE : position(input), (Long) input.get("time"));
  }

  private static Publication publication(String channel, String payload, String meta) {
    TenantChannel of = new TenantChannel(new TenantId("acme"), new ChannelName(channel));
    return new Publication(
        new Envelope(of, 0, "1", false, new Message(payload, meta, null, null, null, Headers.NONE)),
        new Position("e", 0, 1),
        0);
  }

  private static Headers headers(Map<String, Object> input) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (input.containsKey("headers")) {
      Vectors.object(input, "headers").forEach((name, value) -> headers.put(name, (String) value));
    }
    return Headers.of(headers);
  }

  private static ChannelName channel(Map<String, Object> input) {
    return new ChannelName((String) input.get("channel"));
  }

  private static Position position(Map<String, Object> input) {
    return new Position(
        (String) input.get("epoch"),
        Vectors.integer(input, "partition"),
        (Long) input.get("sequence"));
  }

  private static Problem problem(Map<String, Object> input) {
    Code code = Code.valueOf(((String) input.get("code")).toUpperCase(Locale.ROOT));
    Duration retryAfter =
        input.get("retryAfterMillis") instanceof Long millis ? Duration.ofMillis(millis) : null;
    return new Problem(code, (String) input.get("detail"), retryAfter);
  }
}
