package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the protocol's objects as JSON text. Pure. */
@ThreadSafe
public final class JsonWriter {

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int TYPICAL_LENGTH = 512;

  private JsonWriter() {}

  /** Writes into a JSON object that is already open. */
  @FunctionalInterface
  public interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  /** Returns an object with these contents. */
  public static String object(Body body) {
    return text(
        json -> {
          json.writeStartObject();
          body.write(json);
          json.writeEndObject();
        });
  }

  /** Returns any JSON value. */
  public static String text(Body body) {
    StringWriter out = new StringWriter(TYPICAL_LENGTH);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      body.write(json);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write to memory", e);
    }
    return out.toString();
  }

  /** Returns a publication as subscribers and readers get it. */
  public static String publication(Publication publication) {
    return object(json -> write(json, publication));
  }

  /** Writes the fields of a publication. */
  public static void write(JsonGenerator json, Publication publication) throws IOException {
    Envelope envelope = publication.envelope();
    json.writeStringField("channel", envelope.channel().name().value());
    if (!envelope.ephemeral()) {
      writeFields(json, publication.position());
    }
    writeContent(json, envelope);
    json.writeNumberField("time", publication.timeMillis());
  }

  /** Writes the fields of a publication that has no position yet. */
  public static void writeWaiting(JsonGenerator json, Envelope envelope) throws IOException {
    json.writeStringField("channel", envelope.channel().name().value());
    writeContent(json, envelope);
  }

  private static void writeContent(JsonGenerator json, Envelope envelope) throws IOException {
    Message message = envelope.message();
    json.writeStringField("id", envelope.id());
    writeOptional(json, "sender", message.origin().sender());
    writeOptional(json, "event", message.event());
    json.writeFieldName("payload");
    json.writeRawValue(message.payload());
    if (message.meta() != null) {
      json.writeFieldName("meta");
      json.writeRawValue(message.meta());
    }
    writeHeaders(json, "headers", message.headers());
    writeOptional(json, "correlationId", message.correlationId());
    writeOptional(json, "replyTo", message.replyTo());
    if (message.isErased()) {
      json.writeBooleanField("erased", true);
    }
  }

  /** Writes where a publication is that its reader does not get. */
  public static void writePlace(JsonGenerator json, Publication publication) throws IOException {
    json.writeStringField("channel", publication.envelope().channel().name().value());
    writeFields(json, publication.position());
  }

  /** Writes headers as an object of strings, or nothing if there are none. */
  public static void writeHeaders(JsonGenerator json, String field, Headers headers)
      throws IOException {
    if (headers.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart(field);
    for (Map.Entry<String, String> header : headers.toMap().entrySet()) {
      json.writeStringField(header.getKey(), header.getValue());
    }
    json.writeEndObject();
  }

  /** Writes the fields of the reply to a publish. */
  public static void write(
      JsonGenerator json, String id, ChannelName channel, AppendOutcome.Appended appended)
      throws IOException {
    json.writeStringField("id", id);
    json.writeStringField("channel", channel.value());
    writeFields(json, appended.position());
    json.writeBooleanField("duplicate", appended.duplicate());
  }

  /** Writes the fields of the reply to a publish that is queued and has no position yet. */
  public static void writeQueued(JsonGenerator json, String id, ChannelName channel)
      throws IOException {
    json.writeStringField("id", id);
    json.writeStringField("channel", channel.value());
    json.writeBooleanField("queued", true);
  }

  /** Writes the fields of the reply to a publish that is not kept. */
  public static void writeAnnounced(JsonGenerator json, String id, ChannelName channel)
      throws IOException {
    json.writeStringField("id", id);
    json.writeStringField("channel", channel.value());
    json.writeBooleanField("stored", false);
  }

  /** Writes the fields of a problem on a connection or inside a batch. */
  public static void write(JsonGenerator json, Problem problem) throws IOException {
    json.writeStringField("code", problem.code().wireName());
    json.writeNumberField("status", problem.code().httpStatus());
    json.writeStringField("detail", problem.detail());
    Long seconds = problem.retryAfterSeconds();
    if (seconds != null) {
      json.writeNumberField("retryAfter", seconds);
    }
  }

  /**
   * Returns a problem as an RFC 9457 {@code application/problem+json} document.
   *
   * @param type the URI of the problem's code
   * @param requestId the id of the request that is answered; null where there is none
   */
  public static String problemDocument(Problem problem, String type, @Nullable String requestId) {
    return object(
        json -> {
          json.writeStringField("type", type);
          json.writeStringField("title", problem.code().title());
          write(json, problem);
          if (requestId != null) {
            json.writeStringField("requestId", requestId);
          }
        });
  }

  /** Writes the fields of a lost position. */
  public static void write(JsonGenerator json, ChannelName channel, LostPosition lost)
      throws IOException {
    json.writeStringField("channel", channel.value());
    json.writeStringField("reason", lost.reason().name().toLowerCase(Locale.ROOT));
    writePosition(json, "requested", lost.requested());
    writePosition(json, "resumeFrom", lost.resumeFrom());
  }

  /** Writes the positions of a channel as objects, with its name if one is given. */
  public static void writePositions(
      JsonGenerator json, @Nullable ChannelName channel, List<Position> positions)
      throws IOException {
    for (Position position : positions) {
      json.writeStartObject();
      if (channel != null) {
        json.writeStringField("channel", channel.value());
      }
      writeFields(json, position);
      json.writeEndObject();
    }
  }

  private static void writePosition(JsonGenerator json, String field, Position position)
      throws IOException {
    json.writeObjectFieldStart(field);
    writeFields(json, position);
    json.writeEndObject();
  }

  /** Writes the fields of a position. */
  public static void writeFields(JsonGenerator json, Position position) throws IOException {
    json.writeNumberField("partition", position.partition());
    json.writeNumberField("sequence", position.sequence());
    json.writeStringField("epoch", position.epoch());
  }

  private static void writeOptional(JsonGenerator json, String field, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value);
    }
  }
}
