package io.broadcasty.admin.explorer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.cluster.question.QuestionText;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node asks others about connections. The answer is an object with the number of matches and
 * an array of connections.
 */
record ConnectionQuestion(
    TenantId tenant,
    @Nullable String user,
    @Nullable TransportType transport,
    @Nullable ConnectionCursor after,
    int limit) {

  static ConnectionQuestion of(ConnectionSearch search) {
    return new ConnectionQuestion(
        search.tenant(), search.user(), search.transport(), search.after(), search.limit());
  }

  String text() {
    return QuestionText.write(
        json -> {
          json.writeStringField("tenant", tenant.value());
          writeOptional(json, "user", user);
          writeOptional(json, "transport", transport == null ? null : transport.wireName());
          writeOptional(json, "after", after == null ? null : after.text());
          json.writeNumberField("limit", limit);
        });
  }

  /**
   * Reads a question.
   *
   * @throws IllegalArgumentException when it is malformed
   */
  static ConnectionQuestion read(String text) {
    Map<String, String> fields = QuestionText.fields(text);
    String after = fields.get("after");
    ConnectionCursor cursor = after == null ? null : ConnectionCursor.parse(after);
    if (after != null && cursor == null) {
      throw new IllegalArgumentException("the cursor is malformed");
    }
    return new ConnectionQuestion(
        new TenantId(QuestionText.required(fields, "tenant")),
        fields.get("user"),
        transport(fields.get("transport")),
        cursor,
        Integer.parseInt(QuestionText.required(fields, "limit")));
  }

  private static @Nullable TransportType transport(@Nullable String name) {
    if (name == null) {
      return null;
    }
    TransportType type = TransportType.fromWireName(name);
    if (type == null) {
      throw new IllegalArgumentException("the transport is unknown");
    }
    return type;
  }

  static String writeAnswer(OpenConnections.Found found) {
    return QuestionText.write(
        json -> {
          json.writeNumberField("count", found.count());
          json.writeArrayFieldStart("connections");
          for (ExploredConnection each : found.connections()) {
            json.writeStartObject();
            json.writeNumberField("number", each.number());
            json.writeStringField("transport", each.transport());
            json.writeStringField("user", each.user());
            writeOptional(json, "key", each.keyId());
            writeOptional(json, "address", each.address());
            json.writeNumberField("openedAt", each.openedAtMillis());
            json.writeNumberField("expiresAt", each.expiresAtMillis());
            json.writeNumberField("subscriptions", each.subscriptions());
            json.writeNumberField("writtenBytes", each.writtenBytes());
            json.writeNumberField("pendingBytes", each.pendingBytes());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** Reads an answer; returns null for one that cannot be read. */
  static OpenConnections.@Nullable Found readAnswer(String text) {
    return QuestionText.answer(text, ConnectionQuestion::readFound);
  }

  private static OpenConnections.Found readFound(JsonParser json) throws IOException {
    int count = 0;
    List<ExploredConnection> connections = new ArrayList<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (name.equals("count")) {
        count = json.getIntValue();
      } else if (name.equals("connections")) {
        while (json.nextToken() == JsonToken.START_OBJECT) {
          connections.add(connection(QuestionText.fields(json)));
        }
      } else {
        json.skipChildren();
      }
    }
    return new OpenConnections.Found(count, connections);
  }

  private static ExploredConnection connection(Map<String, String> fields) {
    return new ExploredConnection(
        number(fields, "number"),
        QuestionText.required(fields, "transport"),
        QuestionText.required(fields, "user"),
        fields.get("key"),
        fields.get("address"),
        number(fields, "openedAt"),
        number(fields, "expiresAt"),
        (int) number(fields, "subscriptions"),
        number(fields, "writtenBytes"),
        number(fields, "pendingBytes"));
  }

  private static long number(Map<String, String> fields, String name) {
    return Long.parseLong(QuestionText.required(fields, name));
  }

  private static void writeOptional(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }
}
