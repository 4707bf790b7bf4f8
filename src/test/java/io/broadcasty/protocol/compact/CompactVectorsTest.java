package io.broadcasty.protocol.compact;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Vectors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Tests the messages of version 2 by the vectors. */
@NullUnmarked // a vector without a field is a broken vector
class CompactVectorsTest {

  private static final String FILE = "vectors/compact-frames.json";

  @TestFactory
  Stream<DynamicTest> publications() {
    return Vectors.each(
        FILE,
        "publications",
        v -> {
          List<?> include = v.get("include") instanceof List<?> list ? list : List.of();
          IncludedFields included =
              new IncludedFields(include.contains("id"), include.contains("time"));
          EncodedPublication publication = publication(Vectors.object(v, "input"));
          String text = publication.encodedBy(new CompactDialect(included).encoder()).text();
          assertEquals(v.get("text"), text);
          assertEquals(text, new CompactEventDialect(included).publication(publication));
        });
  }

  @TestFactory
  Stream<DynamicTest> channels() {
    return Vectors.each(
        FILE,
        "channels",
        v -> {
          EncodedPublication first = publication(Vectors.object(v, "input"));
          IncludedFields nothing = new IncludedFields(false, false);
          assertEquals(
              v.get("frame"),
              Vectors.parse(new CompactDialect(nothing).streamAnnouncement(first).text()));
          assertEquals(
              Vectors.object(v, "sse").get("data"),
              Vectors.parse(new CompactEventDialect(nothing).streamAnnouncement(first)));
        });
  }

  @TestFactory
  Stream<DynamicTest> subscribed() {
    return Vectors.each(
        FILE,
        "subscribed",
        v -> {
          Map<String, Object> input = Vectors.object(v, "input");
          Map<String, Object> numbers = Vectors.object(input, "numbers");
          SortedMap<ChannelName, List<Position>> heads = new TreeMap<>();
          for (Map<String, Object> head : Vectors.objects(input, "heads")) {
            heads
                .computeIfAbsent(
                    new ChannelName((String) head.get("channel")), name -> new ArrayList<>())
                .add(position(head));
          }
          SubscribeOutcome.Subscribed outcome =
              new SubscribeOutcome.Subscribed(
                  (Boolean) input.get("recovered"), heads, heads, () -> {});
          JsonWriter.Body body =
              CompactJson.subscribed(
                  (String) input.get("channel"),
                  outcome,
                  name -> Vectors.integer(numbers, name.value()));
          assertEquals(v.get("result"), Vectors.parse(JsonWriter.object(body)));
        });
  }

  static EncodedPublication publication(Map<String, Object> input) {
    Map<String, String> headers = new LinkedHashMap<>();
    if (input.containsKey("headers")) {
      Vectors.object(input, "headers").forEach((name, value) -> headers.put(name, (String) value));
    }
    return new EncodedPublication(
        new Publication(
            new Envelope(
                new TenantChannel(
                    new TenantId("acme"), new ChannelName((String) input.get("channel"))),
                Vectors.integer(input, "partition"),
                String.valueOf(input.get("id")),
                Boolean.TRUE.equals(input.get("chosenId")),
                new Message(
                    (String) input.getOrDefault("payload", "1"),
                    (String) input.get("meta"),
                    (String) input.get("event"),
                    (String) input.get("correlationId"),
                    (String) input.get("replyTo"),
                    Headers.of(headers),
                    new Origin((String) input.get("sender"), null))),
            position(input),
            input.get("time") instanceof Long time ? time : 0),
        Vectors.integer(input, "number"));
  }

  private static Position position(Map<String, Object> input) {
    return new Position(
        (String) input.get("epoch"),
        Vectors.integer(input, "partition"),
        (Long) input.get("sequence"));
  }
}
