package io.broadcasty.admin.securitylog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as lines: one JSON object each, of printable ASCII only. A value that a client made
 * up can neither end the line nor change how a terminal shows it (CWE-117).
 *
 * @param node names this node until it restarts
 */
record EventLines(String node) {

  /** Longer values are cut, since a token may contain long ones. */
  static final int MAX_VALUE = 200;

  private static final String CUT = "…";
  private static final char DELETE = 0x7F;

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  /**
   * Returns the line of an event.
   *
   * @param requestId the request in which it happened; null where there was none
   */
  String line(SecurityEvent event, @Nullable String requestId, long timeMillis) {
    return object(
        json -> {
          text(json, "event", event.type().wireName());
          text(json, "time", Instant.ofEpochMilli(timeMillis).toString());
          text(json, "node", node);
          text(json, "cause", event.cause());
          text(json, "tenant", event.tenant() == null ? null : event.tenant().value());
          text(json, "user", event.user());
          text(json, "address", event.address());
          text(json, "requestId", requestId);
          facts(json, event.facts());
        });
  }

  /** Returns the line that counts events that have no line. */
  String line(EventSampler.LeftOut leftOut, long timeMillis) {
    EventSampler.Key key = leftOut.key();
    return object(
        json -> {
          text(json, "event", "left_out");
          text(json, "time", Instant.ofEpochMilli(timeMillis).toString());
          text(json, "node", node);
          text(json, "of", key.type().wireName());
          text(json, "cause", key.cause());
          text(json, "tenant", key.tenant() == null ? null : key.tenant().value());
          text(json, "address", leftOut.address());
          json.writeNumberField("count", leftOut.count());
        });
  }

  /** Returns what the audit log keeps besides tenant, user, address and time, as JSON. */
  String context(SecurityEvent event) {
    return object(
        json -> {
          text(json, "node", node);
          text(json, "cause", event.cause());
          facts(json, event.facts());
        });
  }

  private static void facts(JsonGenerator json, Map<String, Object> facts) throws IOException {
    for (Map.Entry<String, Object> fact : facts.entrySet()) {
      if (fact.getValue() instanceof Long number) {
        json.writeNumberField(fact.getKey(), number);
      } else if (fact.getValue() instanceof Boolean flag) {
        json.writeBooleanField(fact.getKey(), flag);
      } else {
        text(json, fact.getKey(), fact.getValue().toString());
      }
    }
  }

  private static void text(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, cut(value, MAX_VALUE).replace(DELETE, '?'));
    }
  }

  /** Returns the beginning of a value that is too long, without half a surrogate pair. */
  static String cut(String value, int maxLength) {
    if (value.length() <= maxLength) {
      return value;
    }
    int end = maxLength - CUT.length();
    return value.substring(0, Character.isHighSurrogate(value.charAt(end - 1)) ? end - 1 : end)
        + CUT;
  }

  private static String object(Fields fields) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return text.toString();
  }
}
