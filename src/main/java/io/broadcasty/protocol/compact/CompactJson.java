package io.broadcasty.protocol.compact;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.delivery.hub.EncodedPublication;
import io.broadcasty.delivery.subscribe.SubscribeOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.wire.JsonWriter;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Writes the messages that differ in version 2 of the protocol (protocol/PROTOCOL.md). Pure. */
final class CompactJson {

  private CompactJson() {}

  /** Returns a publication without what its subscriber knows already. */
  static String publication(EncodedPublication encoded, IncludedFields included) {
    Envelope envelope = encoded.publication().envelope();
    Message message = envelope.message();
    Position position = encoded.publication().position();
    return JsonWriter.object(
        json -> {
          json.writeNumberField("c", encoded.channelNumber());
          json.writeNumberField("s", position.sequence());
          if (position.partition() != 0) {
            json.writeNumberField("p", position.partition());
          }
          if (envelope.idempotent() || included.id()) {
            json.writeStringField("i", envelope.id());
          }
          writeText(json, "u", message.origin().sender());
          writeText(json, "e", message.event());
          writeRaw(json, "d", message.payload());
          writeRaw(json, "m", message.meta());
          JsonWriter.writeHeaders(json, "h", message.headers());
          writeText(json, "o", message.correlationId());
          writeText(json, "r", message.replyTo());
          if (included.time()) {
            json.writeNumberField("t", encoded.publication().timeMillis());
          }
        });
  }

  /** Returns the announcement of a channel's number and a partition's epoch. */
  static JsonWriter.Body channel(EncodedPublication first) {
    Position position = first.publication().position();
    return json -> {
      json.writeNumberField("number", first.channelNumber());
      json.writeStringField("channel", first.publication().envelope().channel().name().value());
      json.writeStringField("epoch", position.epoch());
      if (position.partition() != 0) {
        json.writeNumberField("partition", position.partition());
      }
    };
  }

  /** Returns the result of a subscribe, with the number of each channel. */
  static JsonWriter.Body subscribed(
      String target, SubscribeOutcome.Subscribed outcome, ToIntFunction<ChannelName> numbers) {
    boolean pattern = ChannelPattern.isPattern(target);
    return json -> {
      json.writeStringField("channel", target);
      json.writeBooleanField("recovered", outcome.recovered());
      if (!pattern) {
        json.writeNumberField("number", numbers.applyAsInt(new ChannelName(target)));
      }
      json.writeArrayFieldStart("positions");
      for (Map.Entry<ChannelName, List<Position>> head : outcome.heads().entrySet()) {
        int number = pattern ? numbers.applyAsInt(head.getKey()) : 0;
        for (Position position : head.getValue()) {
          json.writeStartObject();
          if (pattern) {
            json.writeStringField("channel", head.getKey().value());
            json.writeNumberField("number", number);
          }
          JsonWriter.writeFields(json, position);
          json.writeEndObject();
        }
      }
      json.writeEndArray();
    };
  }

  private static void writeText(JsonGenerator json, String field, @Nullable String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(field, text);
    }
  }

  private static void writeRaw(JsonGenerator json, String field, @Nullable String text)
      throws IOException {
    if (text != null) {
      json.writeFieldName(field);
      json.writeRawValue(text);
    }
  }
}
